"""Budgets: claims beyond what a file holds end in one error that says how to allow more."""

import pytest

import cornu as keras
from cornu.engine import limits
from cornu.engine.limits import Budget, Limits


def test_claims_add_up_to_the_limit():
    budget = Budget(Limits(members=3))
    budget.spend("members", 2)
    with pytest.raises(keras.saving.LoadError, match=r"4 members\n.*at most 3\n.*members=\.\.\."):
        budget.spend("members", 2)


def test_bytes_that_are_there_raise_the_limit_of_memory():
    budget = Budget(Limits(memory=10), held=100)
    budget.spend("memory", 810)
    with pytest.raises(keras.saving.LoadError, match="811 bytes of memory"):
        budget.spend("memory", 1)


def test_the_error_names_file_and_place():
    with pytest.raises(keras.saving.LoadError, match=r"'m\.keras'.*\n  at: layers/0"):
        Budget(file="m.keras").spend("memory", 8 * 10**12, "layers/0")


def test_nothing_is_counted_where_no_file_is_read():
    limits.spend("memory", 10**30)


def test_the_innermost_budget_is_spent():
    outer, inner = Budget(Limits(nodes=1)), Budget(Limits(nodes=9))
    with limits.spending(outer):
        with limits.spending(inner):
            limits.spend("nodes", 5)
        assert limits.active() is outer
    assert limits.active() is None


@pytest.mark.parametrize("wrong", [-1, 1.5, "many", float("nan"), float("inf"), None])
def test_a_limit_is_a_whole_number(wrong):
    with pytest.raises(ValueError, match="memory must be a whole number"):
        Limits(memory=wrong)


def test_large_numbers_may_be_written_as_floats():
    assert Limits(memory=2e9).memory == 2_000_000_000

"""Every public class and function says what it does, what its arguments mean, and shows it."""

import inspect
import re

import pytest

from tests.contracts.catalog import public

ROOMS = (
    "activations",
    "callbacks",
    "config",
    "constraints",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "model_selection",
    "models",
    "ops",
    "optimizers",
    "optimizers.schedules",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
    "visualization",
    "wrappers",
)

# `room.name` of those that have no example yet; the list may only get shorter.
WITHOUT_EXAMPLE: set[str] = set()

# Arguments that speak for themselves in every room.
COMMON = {"self", "cls", "kwargs", "args", "custom_objects", "identifier", "config"}


def members():
    seen, found = set(), []
    for room in ROOMS:
        for name, member in public(room).items():
            if id(member) not in seen:
                seen.add(id(member))
                found.append(pytest.param(room, name, member, id=f"{room}.{name}"))
    return found


EVERY_MEMBER = pytest.mark.parametrize("room, name, member", members())


def documented(docstring):
    """Names under `Args:`, or under `Attributes:`, which a record's arguments become."""
    section = r"^(?:Args|Attributes):\n(.*?)(?=^\S|\Z)"
    text = "".join(re.findall(section, docstring, re.MULTILINE | re.DOTALL))
    lines = re.findall(r"^    (\*{0,2}[\w, *]+):", text, re.MULTILINE)
    return {name.strip(" *") for line in lines for name in line.split(",")}


def parameters(member):
    maker = member.__init__ if inspect.isclass(member) else member
    if maker is object.__init__:
        return set()
    return set(inspect.signature(maker).parameters)


@EVERY_MEMBER
def test_a_sentence_says_what_it_is(room, name, member):
    summary = (inspect.cleandoc(member.__doc__ or "")).split("\n\n")[0]
    assert summary, f"{room}.{name} has no docstring"
    assert summary[-1] in ".:", f"{room}.{name}: the summary is no sentence: {summary!r}"
    assert "\n" not in summary, f"{room}.{name}: the summary is longer than a line"


@EVERY_MEMBER
def test_every_argument_is_explained(room, name, member):
    unexplained = parameters(member) - documented(inspect.cleandoc(member.__doc__ or "")) - COMMON
    assert not unexplained, f"{room}.{name} does not explain {sorted(unexplained)}"


@EVERY_MEMBER
def test_an_example_shows_it(room, name, member):
    shown = ">>>" in (member.__doc__ or "")
    if f"{room}.{name}" in WITHOUT_EXAMPLE:
        assert not shown, f"{room}.{name} has an example now: take it off WITHOUT_EXAMPLE"
    else:
        assert shown, f"{room}.{name} has no example in its docstring"

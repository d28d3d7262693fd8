"""What losses and metrics compare: how they read targets, and what they expect of outputs.

Each says so itself, in `target_kinds` and `output_kind`; class weights, checks of data and reports
go by that. A loss or metric that says nothing is taken for one that may compare anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

TargetKind = Literal[
    "class indices",  # below the number of outputs, which stand for the classes
    "one-hot",  # one value per class, which sum to 1
    "binary",  # 0 or 1, for each label where there are several
    "values",  # numbers that the outputs shall come close to
    "group indices",  # which samples belong together
    "index sequences",  # class indices in an order that the outputs do not tell
]
OutputKind = Literal["probabilities"]
INTEGERS = frozenset({"class indices", "group indices", "index sequences"})
CLASSES = frozenset({"class indices", "one-hot", "binary"})


def compares(*kinds: TargetKind, outputs: OutputKind | None = None) -> Callable:
    """Decorator: says what the targets of a loss or metric function are.

    Args:
        *kinds: what targets may be, the usual kind first.
        outputs: what predictions must be, unless `from_logits` says otherwise; None for anything.

    >>> from cornu.losses.targets import compares
    >>> @compares("values")
    ... def squared(y_true, y_pred):
    ...     return (y_true - y_pred) ** 2
    >>> squared.target_kinds
    ('values',)
    """

    def mark(function: Callable) -> Callable:
        function.target_kinds, function.output_kind = kinds, outputs
        return function

    return mark


def target_kinds_of(loss: Any) -> tuple[TargetKind, ...]:
    """What the targets of a loss or metric, an object or a function, may be; empty if unknown."""
    return getattr(loss, "target_kinds", ())


def takes_integers(kinds: tuple[TargetKind, ...]) -> bool:
    """Whether targets are kept as integers: indices beyond 2048 are no float16."""
    return bool(kinds) and kinds[0] in INTEGERS

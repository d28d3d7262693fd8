"""JSON read strictly: what other readers would take in another way, or not at all, is refused."""

from __future__ import annotations

import json
import math
from typing import Any

from cornu.engine import limits
from cornu.engine.errors import LoadError


def parse(text: Any, place: str | None = None) -> Any:
    """The values of a JSON text.

    Args:
        text: a string or bytes.
        place: what errors call it.

    Raises:
        LoadError: if it is no JSON; holds a key twice, NaN, or a number beyond floats; or more
            levels and objects than the limits allow. Infinity is a number: graphs fill masked
            scores with it.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float
        )
    except LoadError as error:
        error.place = place
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise LoadError("it is no valid JSON", place=place, found=error) from error
    _check_extent(value, place)
    return value


def text(value: Any, owner: str, **settings: Any) -> str:
    """The JSON of plain values, as `parse` takes it.

    Args:
        value: dicts, lists, texts and numbers.
        owner: whose values they are, for the message: "Model 'digits'".
        **settings: of `json.dumps`.

    Raises:
        ValueError: for NaN.
    """
    content = json.dumps(value, **settings)
    if "NaN" in content:
        try:
            json.loads(content, parse_constant=_constant)
        except LoadError as error:
            raise ValueError(
                f"{owner} cannot be saved: its config holds NaN, which files do not hold. Pass a "
                "number to the layer that has it."
            ) from error
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise LoadError("a key stands twice in its JSON", found=repr(twice), expected="each once")
    return found


def _constant(name: str) -> float:
    if name == "NaN":
        raise LoadError("its JSON holds what is no number", found=name, expected="a number")
    return float(name)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise LoadError("a number is too large", found=digits, expected="a finite number")
    return value


def _check_extent(value: Any, place: str | None) -> None:
    """Count levels and objects, without recursion."""
    level, depth, objects = [value], 0, 0
    budget = limits.active() or limits.Budget()
    while level:
        depth += 1
        budget.check("depth", depth, place)
        objects += sum(isinstance(item, dict) and "class_name" in item for item in level)
        level = (
            [
                child
                for item in level
                for child in (item.values() if isinstance(item, dict) else item)
                if isinstance(child, (dict, list))
            ]
            if isinstance(value, (dict, list))
            else []
        )
    budget.spend("nodes", objects, place)

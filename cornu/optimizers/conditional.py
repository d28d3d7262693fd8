"""Changes of state that happen only where a condition, known on the device, holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax

from cornu.core.scope import StatelessScope
from cornu.core.variable import Variable


def update_if(condition: Any, variables: Iterable[Variable], update: Callable[[], None]) -> None:
    """Run `update`, which assigns to some of the variables, only where the condition is true.

    Args:
        condition: scalar bool array, possibly traced.
        variables: all variables that `update` may assign to.
        update: function without arguments or result.
    """
    if not isinstance(condition, jax.core.Tracer):
        # Outside compiled code `lax.cond` would compile anew in every call.
        if condition:
            update()
        return
    variables = list(variables)

    def taken(values: list) -> list:
        with StatelessScope(zip(variables, values)) as scope:
            update()
        return [scope.get_current_value(variable) for variable in variables]

    before = [variable.raw_value for variable in variables]
    for variable, value in zip(variables, jax.lax.cond(condition, taken, list, before)):
        variable.assign(value)

"""Changes of state that happen only where a condition, known on the device, holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax

from cornu.core.state import pure, read, write
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

    changed = pure(update, variables)
    values = jax.lax.cond(condition, lambda before: changed(before)[1], list, read(variables))
    write(variables, values)

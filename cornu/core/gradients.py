"""Gradients with respect to Variables, for training steps written in the stateful style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from cornu.core.state import isolated, read


def value_and_grad(
    function: Callable, variables: Any = None, has_aux: bool = False
) -> Callable[..., tuple]:
    """A function that returns `function`'s value and its gradients with respect to Variables.

    Args:
        function: returns a scalar, or `(scalar, anything)` with `has_aux`. It reads Variables as
            it pleases; what it assigns is assigned.
        variables: the Variables to differentiate by, in a list.
        has_aux: whether the function returns something beside the scalar.

    Returns:
        A function of the same arguments that returns `(value, gradients)`.

    >>> w = keras.Variable(3.0)
    >>> value, grads = keras.value_and_grad(lambda: w * w, [w])()
    >>> float(value), float(grads[0])
    (9.0, 6.0)
    """
    if not variables:
        raise ValueError("value_and_grad needs the list of Variables to differentiate by.")
    variables = list(variables)

    run = isolated(function, variables)

    def wrapper(*args: Any, **kwargs: Any) -> tuple:
        def objective(values: list) -> tuple:
            result, effects = run(values, *args, **kwargs)
            value, aux = result if has_aux else (result, None)
            return value, (aux, effects)

        of_values = jax.value_and_grad(objective, has_aux=True)
        (value, (aux, effects)), gradients = of_values(read(variables))
        effects.carry_out()
        return ((value, aux) if has_aux else value), gradients

    return wrapper


def grad(function: Callable, variables: Any = None, has_aux: bool = False) -> Callable:
    """Like `value_and_grad`, but returns the gradients alone (with the aux behind them if any)."""
    both = value_and_grad(function, variables, has_aux)

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        value, gradients = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return wrapper

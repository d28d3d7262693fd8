"""A rough count of floating-point operations, to tell short steps from long ones."""

from __future__ import annotations

import math
from typing import Any, NamedTuple


class Cost(NamedTuple):
    """Operations of a program, and how many of them belong to convolutions."""

    operations: float
    convolutions: float
    gates: bool = False
    """Whether there is a sigmoid of a feature map, as in swish."""


def count_operations(jaxpr: Any) -> Cost:
    """Operations of the matrix products, convolutions and elementwise functions of a program.

    Args:
        jaxpr: the traced program.
    """
    total = convolutions = 0.0
    gates = False
    for equation in jaxpr.eqns:
        name = equation.primitive.name
        if name == "dot_general":
            (contract, _), _ = equation.params["dimension_numbers"]
            left = equation.invars[0].aval.shape
            inner = math.prod(left[axis] for axis in contract)
            total += 2.0 * math.prod(equation.outvars[0].aval.shape) * inner
        elif name == "conv_general_dilated":
            kernel = equation.invars[1].aval.shape
            numbers = equation.params["dimension_numbers"].rhs_spec
            per_output = math.prod(kernel) / max(kernel[numbers[0]], 1)
            convolutions += 2.0 * math.prod(equation.outvars[0].aval.shape) * per_output
        else:
            gates = gates or (name == "logistic" and equation.outvars[0].aval.ndim > 2)
            total += sum(math.prod(v.aval.shape) for v in equation.outvars)
        times = equation.params.get("length", 1) if name == "scan" else 1
        for inner in inner_programs(equation):
            found = count_operations(inner)
            total += times * (found.operations - found.convolutions)
            convolutions += times * found.convolutions
            gates = gates or found.gates
    return Cost(total + convolutions, convolutions, gates)


def inner_programs(equation: Any) -> list:
    """The programs in an equation's parameters; of a choice by platform only the first.

    Both branches of a choice are in the traced program, but only one will run.
    """
    if equation.primitive.name == "cond":
        return [equation.params["branches"][0].jaxpr]
    values = (getattr(value, "jaxpr", value) for value in equation.params.values())
    return [value for value in values if hasattr(value, "eqns")]

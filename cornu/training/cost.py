"""A rough count of floating-point operations, to tell short steps from long ones."""

from __future__ import annotations

import math
from typing import Any


def count_flops(jaxpr: Any) -> float:
    """Operations of the matrix products and convolutions in a traced program."""
    total = 0.0
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
            total += 2.0 * math.prod(equation.outvars[0].aval.shape) * per_output
        else:
            total += sum(math.prod(v.aval.shape) for v in equation.outvars)
        times = equation.params.get("length", 1) if name == "scan" else 1
        for value in equation.params.values():
            inner = getattr(value, "jaxpr", value)
            if hasattr(inner, "eqns"):
                total += times * count_flops(inner)
    return total

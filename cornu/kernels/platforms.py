"""One kernel, two formulations: the choice is made when a program is lowered for a platform.

`by_platform(cpu, default)` joins a formulation that XLA:CPU runs fast with the plain one. The
choice is `lax.platform_dependent`: it lowers to a `case` with a constant predicate, which XLA
removes first, so the other formulation costs nothing in the compiled program. Differentiating
through that `case` would save the residuals of both formulations, hence the custom derivative
around it, which differentiates the chosen formulation inside the chosen branch.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

_stock_only: ContextVar[bool] = ContextVar("stock_only", default=False)


@contextmanager
def stock_formulations() -> Iterator[None]:
    """Keep formulations for one platform out of what is traced in this context.

    Kernels use their plain definition, with no optimization barriers and no derivatives of their
    own. Exporters want one `convolution` or `reduce_window` rather than the slices that are fast on
    a CPU, benchmarks the stock lowering to compare with, and `jax.jvp` functions without
    `custom_vjp`. The choice is made while tracing, so wrap the call that traces, and trace a fresh
    function: `jax.jit` keeps what it traced before.
    """
    token = _stock_only.set(True)
    try:
        yield
    finally:
        _stock_only.reset(token)


def is_stock_only() -> bool:
    """Whether this is the context of `stock_formulations`."""
    return _stock_only.get()


def by_platform(
    cpu: Callable[..., Any],
    default: Callable[..., Any],
    cpu_without_gradient: Callable[..., Any] | None = None,
) -> Callable[..., Any]:
    """Join two formulations of one function into a kernel.

    Args:
        cpu: formulation for the platform "cpu".
        default: plain definition, used on every other platform and under `stock_formulations`.
            Both take arrays by position, hashable settings by keyword, and return the same.
        cpu_without_gradient: formulation for the platform "cpu" where nothing is differentiated;
            `cpu` by default.

    Returns:
        A function with the same signature. It is compiled as one program when called eagerly, is
        differentiable in its floating-point arrays, and can be mapped by `jax.vmap`.
    """

    def value(on_cpu: Callable[..., Any], settings: tuple, *arrays: Any) -> Any:
        chosen = dict(settings)
        return lax.platform_dependent(
            *arrays, cpu=partial(on_cpu, **chosen), default=partial(default, **chosen)
        )

    @partial(jax.custom_vjp, nondiff_argnums=(0,))
    def kernel(settings: tuple, *arrays: Any) -> Any:
        return value(cpu_without_gradient or cpu, settings, *arrays)

    def forward(settings: tuple, *arrays: Any) -> tuple[Any, tuple]:
        return value(cpu, settings, *arrays), arrays

    def backward(settings: tuple, arrays: tuple, cotangent: Any) -> tuple:
        floating = [i for i, array in enumerate(arrays) if _is_floating(array)]

        def pull_back(formulation: Callable, cotangent: Any, *arrays: Any) -> tuple:
            def of_floating(*values: Any) -> Any:
                complete = list(arrays)
                for i, value in zip(floating, values, strict=True):
                    complete[i] = value
                return formulation(*complete, **dict(settings))

            return jax.vjp(of_floating, *[arrays[i] for i in floating])[1](cotangent)

        gradients = lax.platform_dependent(
            cotangent,
            *arrays,
            cpu=partial(pull_back, cpu),
            default=partial(pull_back, default),
        )
        by_position = dict(zip(floating, gradients, strict=True))
        return tuple(by_position.get(i) for i in range(len(arrays)))

    kernel.defvjp(forward, backward)
    compiled = jax.jit(kernel, static_argnums=0)

    @wraps(default)
    def call(*arrays: Any, **settings: Any) -> Any:
        if is_stock_only():
            return default(*arrays, **settings)
        return compiled(tuple(sorted(settings.items())), *arrays)

    return call


def _is_floating(array: Any) -> bool:
    return array is not None and jnp.issubdtype(jnp.result_type(array), jnp.inexact)

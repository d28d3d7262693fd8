"""Real values in gradient tracers for the length of an eager step.

Without `jax.jit` around it, a tracer of `jax.grad`, `jax.vjp`, `jax.jvp` or `jax.linearize` carries
the concrete value it stands for. `concrete_tracers` lets people see that value; nothing about how
gradients are computed changes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer

# Where there is a concrete value, JAX's own `bool`, `int`, `operator.index`, `item`, `len` and
# iteration use it; these do not.
SHOWING_METHODS = (
    "__repr__",
    "__str__",
    "__format__",
    "__array__",
    "__float__",
    "__complex__",
    "tolist",
)


@contextmanager
def concrete_tracers() -> Iterator[None]:
    """Lets gradient tracers show their concrete values inside the `with` block.

    Inside, `print(x)`, `f"{x}"`, `np.asarray(x)`, `float(x)`, `x.tolist()`, `if x.sum() > 0` and a
    debugger see the numbers that the tracer `x` stands for. Only the thread that entered the block
    sees them, blocks may be nested, and JAX's own behavior is back when the last one is left.
    Tracers without a concrete value, as inside `jax.jit`, `jax.vmap` or `jax.lax.scan`, raise JAX's
    errors as ever.

    A value that was read this way is a constant: `np.sin(x)` or `float(x) * 2` carries no gradient
    to `x`, while `jnp.sin(x)` or `x * 2` does.

    Example:
        >>> import jax
        >>> from cornu.engine.eager_values import concrete_tracers
        >>> def square(x):
        ...     print(f"x is {x:.2f}")
        ...     return x * x
        >>> with concrete_tracers():
        ...     gradient = jax.grad(square)(3.0)
        x is 3.00
        >>> float(gradient)
        6.0
    """
    patch.enter()
    try:
        yield
    finally:
        patch.leave()


class TracerPatch:
    """Replaces the methods of JAX's tracer class while at least one thread wants to see values."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.this_thread = threading.local()
        self.blocks_open = 0
        self.jax_own: dict[str, Any] = {}

    def enter(self) -> None:
        with self.lock:
            if self.blocks_open == 0:
                self.install()
            self.blocks_open += 1
        self.this_thread.depth = self.depth() + 1

    def leave(self) -> None:
        self.this_thread.depth -= 1
        with self.lock:
            self.blocks_open -= 1
            if self.blocks_open == 0:
                self.uninstall()

    def depth(self) -> int:
        return getattr(self.this_thread, "depth", 0)

    def install(self) -> None:
        self.jax_own = {
            name: vars(Tracer)[name] for name in SHOWING_METHODS if name in vars(Tracer)
        }
        for name in SHOWING_METHODS:
            setattr(Tracer, name, self.showing(name, getattr(Tracer, name)))

    def uninstall(self) -> None:
        for name in SHOWING_METHODS:
            if name in self.jax_own:
                setattr(Tracer, name, self.jax_own[name])
            else:
                delattr(Tracer, name)

    def showing(self, name: str, otherwise: Callable[..., Any]) -> Callable[..., Any]:
        def show(tracer: Tracer, *args: Any, **kwargs: Any) -> Any:
            value = concrete_value(tracer) if self.depth() else None
            if value is None:
                return otherwise(tracer, *args, **kwargs)
            return getattr(value, name)(*args, **kwargs)

        show.__name__ = name
        return show


patch = TracerPatch()


def concrete_value(tracer: Tracer) -> jax.Array | None:
    """The array that a tracer stands for, or None where it is abstract."""
    value = tracer.to_concrete_value()
    if value is None or isinstance(value, jax.Array):
        return value
    # `jax.grad(f)(2.0)` and `jax.jvp` on NumPy arrays keep the caller's own type.
    return jnp.asarray(value, dtype=tracer.dtype)

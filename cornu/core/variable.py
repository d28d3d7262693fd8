"""`Variable`: a tensor that can be assigned; the only kind of state there is."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.core.scope import thread
from cornu.engine import dtypes, limits
from cornu.engine.names import auto_name
from cornu.engine.owner import Owner
from cornu.ops.operators import attach_operators

AGGREGATIONS = ("none", "mean", "sum", "only_first_replica")
SYNCHRONIZATIONS = ("auto", "none", "on_read", "on_write")


class Variable:
    """A tensor that models learn or keep.

    Functions of `jax.numpy` take it as they take its value. To JAX's transformations (`jit`,
    `grad`, `vmap`, `jax.tree.map`) it is a container of that value: a function that gets one sees
    a plain array, and assigns nothing.

    Args:
        initializer: an array, a number, or an initializer: its name, object, class or config, or
            a callable `(shape, dtype)`.
        shape: tuple of ints; needed with an initializer.
        dtype: dtype name; that of the array, or `floatx` for an initializer, by default.
        trainable: whether optimizers change it.
        autocast: whether layers of a lower compute dtype read it in that dtype.
        aggregation: how replicas agree: "none" (or None), "mean", "sum", "only_first_replica".
        synchronization: "auto", "none" (or None), "on_read" or "on_write"; kept for compatibility.
        name: its name; must not contain "/".
        **kwargs: none are known.

    Raises:
        ValueError: for an initializer without a shape or of an unknown name, a shape with unknown
            sizes, an aggregation or synchronization that is none of those, or a name with "/".

    >>> v = keras.Variable([1.0, 2.0])
    >>> v.assign_add([1.0, 1.0]).tolist()
    [2.0, 3.0]
    >>> keras.Variable("zeros", shape=(2,)).tolist()
    [0.0, 0.0]
    """

    name: str = ""
    path: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    aggregation: str = "none"
    synchronization: str = "auto"
    regularizer: Any = None
    constraint: Any = None
    overwrite_with_gradient: bool = False
    _owner: Owner | None = None
    _lent: bool = True
    """Whether somebody may hold the array of its value, so that no step may reuse its memory."""

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str | None = "none",
        synchronization: str | None = "auto",
        name: str | None = None,
    ):
        name = name or auto_name("variable")
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"A Variable's name must be a string without '/'; got {name!r}.")
        self.name = name
        self.path = "/".join((*thread.names, name))
        self._trainable = bool(trainable)
        self.autocast = bool(autocast)
        self.aggregation = self._choice("aggregation", aggregation, AGGREGATIONS)
        self.synchronization = self._choice("synchronization", synchronization, SYNCHRONIZATIONS)
        # State is concrete even when a layer is first called inside a traced function.
        with jax.ensure_compile_time_eval():
            self._value = self._first_value(initializer, shape, dtype)
        self.shape = tuple(self._value.shape)
        self.dtype = np.dtype(self._value.dtype).name

    def _choice(self, argument: str, value: str | None, allowed: tuple[str, ...]) -> str:
        value = "none" if value is None else value
        if value not in allowed:
            raise ValueError(
                f"Variable {self.path!r}: {argument} must be one of {', '.join(allowed)} or None; "
                f"got {value!r}."
            )
        return value

    def _first_value(self, initializer: Any, shape: Any, dtype: Any) -> jax.Array:
        if isinstance(initializer, (str, dict, type)):
            initializer = registry.get("initializer", initializer)
        if callable(initializer):
            if shape is None:
                raise ValueError(
                    f"Variable {self.path!r} is made by an initializer, so it needs a shape: "
                    "write Variable(initializer, shape=(...))."
                )
            shape = (shape,) if isinstance(shape, int) else tuple(shape)
            if any(d is None for d in shape):
                raise ValueError(
                    f"Variable {self.path!r} cannot have an unknown size: got shape {shape}. "
                    "Give the layer's input a known size in that place."
                )
            dtype = dtypes.canonical(dtype)
            # While a file is read, its config may claim any size.
            limits.spend("memory", math.prod(shape) * np.dtype(dtype).itemsize, self.path)
            value = initializer(shape, dtype=dtypes.standardize_dtype(dtype))
            return jnp.asarray(value, dtype)
        if initializer is None:
            raise ValueError(
                f"Variable {self.path!r} needs a first value: an array, a number, or an "
                'initializer with a shape, as in Variable("zeros", shape=(2,)); got None.'
            )
        if dtype is None and not hasattr(initializer, "dtype"):
            flat = np.asarray(initializer)
            if flat.dtype.kind not in "biufcV":
                raise TypeError(
                    f"Variable {self.path!r} holds numbers; got {initializer!r}, which NumPy takes "
                    f"for values of type {flat.dtype}."
                )
            dtype = None if flat.dtype != np.float64 else dtypes.standardize_dtype(None)
            initializer = flat
        if isinstance(initializer, Variable):
            initializer = initializer.value
        dtype = None if dtype is None else dtypes.canonical(dtype)
        return jnp.array(initializer, dtype)

    @property
    def value(self) -> jax.Array:
        """The current value: that of the active scope, or its own."""
        value = self.raw_value
        cast = thread.autocast_dtype
        if cast is not None and self.autocast and jnp.issubdtype(value.dtype, jnp.floating):
            return value.astype(cast)
        return value

    def as_value(self, value: Any) -> jax.Array:
        """A value in this variable's dtype, checked for shape."""
        if isinstance(value, Variable):
            value = value.value
        if not isinstance(value, jax.Array) or value.dtype != self.dtype:
            value = jnp.asarray(value, self.dtype)
        if value.shape != self.shape:
            raise ValueError(
                f"Variable {self.path!r} has shape {self.shape}; a value of shape "
                f"{tuple(value.shape)} cannot be assigned to it."
            )
        return value

    def assign(self, value: Any) -> jax.Array:
        """Set the value (of the same shape) and return it."""
        value = self.as_value(value)
        if thread.scope is not None:
            thread.scope.add_update((self, value))
        else:
            self._value, self._lent = value, True
        return value

    def assign_add(self, value: Any) -> jax.Array:
        """Add to the value."""
        return self.assign(self.raw_value + jnp.asarray(unwrapped(value), self.dtype))

    def assign_sub(self, value: Any) -> jax.Array:
        """Subtract from the value."""
        return self.assign(self.raw_value - jnp.asarray(unwrapped(value), self.dtype))

    @property
    def raw_value(self) -> jax.Array:
        """The current value in the variable's own dtype, whatever dtype layers read it in."""
        if thread.scope is not None:
            scoped = thread.scope.get_current_value(self)
            if scoped is not None:
                return scoped
        if self._owner is not None:
            return self._owner.read(self)
        self._lent = True
        return self._value

    def take(self, value: jax.Array) -> None:
        """Set the value to an array that nobody else has."""
        self._value, self._lent = value, False

    def take_back(self) -> None:
        """Make sure that nobody else has the array of the value; by a copy, if somebody may."""
        if self._lent:
            self.take(jnp.array(self._value, copy=True))

    @property
    def trainable(self) -> bool:
        """Whether optimizers change it."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    def numpy(self) -> np.ndarray:
        """A NumPy copy of the value."""
        return np.array(self.value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.value, dtype=dtype)

    def __jax_array__(self) -> jax.Array:
        return self.value

    def __dlpack__(self, **kwargs: Any) -> Any:
        return self.value.__dlpack__(**kwargs)

    def __dlpack_device__(self) -> tuple:
        return self.value.__dlpack_device__()

    @property
    def __numpy_dtype__(self) -> np.dtype:
        # `dtype` is a name, as in Keras; NumPy and `jnp.zeros_like` ask here for the type.
        return np.dtype(dtypes.canonical(self.dtype))

    def __getattr__(self, name: str) -> Any:
        # Array methods (`.astype`, `.reshape`, `.at`, ...) work on the value.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.value, name)

    def __repr__(self) -> str:
        kind = f"path={self.path}, shape={self.shape}, dtype={self.dtype}"
        return f"<Variable {kind}, value={self._shown()}>"

    def _shown(self) -> str:
        value = self.value
        return repr(value) if isinstance(value, jax.core.Tracer) else str(np.asarray(value))

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Any:
        return iter(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        return self.value.__index__()

    def __bool__(self) -> bool:
        raise TypeError(
            f"Variable {self.path!r} cannot be used as a condition; use its value: "
            "`bool(variable.value)`."
        )

    def __deepcopy__(self, memo: dict) -> Variable:
        copy = Variable.__new__(Variable)
        memo[id(self)] = copy
        own = {key: value for key, value in self.__dict__.items() if key != "_value"}
        copy.__dict__.update(deepcopy(own, memo), _value=jnp.array(self.raw_value))
        return copy

    def __hash__(self) -> int:
        return id(self)

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        _register_with_jax(cls)


def _register_with_jax(cls: type[Variable]) -> None:
    """Make variables of this class arguments that JAX's transformations take.

    What comes back is the array alone: a new Variable would take assignments that nobody sees.
    """
    jax.tree_util.register_pytree_node(
        cls, lambda variable: ((variable.value,), None), lambda _, children: children[0]
    )


_register_with_jax(Variable)


def unwrapped(value: Any) -> Any:
    """The value of a Variable; anything else as it is."""
    return value.value if isinstance(value, Variable) else value


attach_operators(Variable)
# `==` compares values, so membership and hashing must go by identity.
Variable.__hash__ = lambda self: id(self)

"""`@op`: what makes a plain function over arrays an operation of graphs.

The wrapped function runs at once when called with arrays (or Variables, NumPy arrays, lists,
numbers). Called with a symbolic tensor it records a node; shape and dtype of the result come from
abstract evaluation of the same function.
"""

from __future__ import annotations

import functools
import inspect
import reprlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import tree
from cornu.engine import config, dtypes
from cornu.engine.names import auto_name
from cornu.ops import strings
from cornu.ops.inference import PROBES, infer_broadcast
from cornu.ops.keras_names import graph_name
from cornu.ops.symbolic import KerasTensor, Operation, any_symbolic, recorded

# Names of parameters that take tensors. The other parameters of an operation are its settings;
# they form its config in a saved model.
TENSOR_PARAMETERS = frozenset(
    "x x1 x2 x3 xs xi y a b v inputs arrays array arys operands indices values condition target "
    "output logits query key value mask bias updates kernel images image volumes tensor "
    "tensors".split()
)

REGISTRY: dict[str, Op] = {}


class OperandError(ValueError, TypeError, IndexError):
    """An operation cannot take what it was given: shapes that do not fit, an axis out of bounds.

    A ValueError as Keras raises, and what JAX raises for the same arguments with values.
    """


class Op:
    """A wrapped function: its name, its parameters, and which of those take tensors."""

    def __init__(
        self,
        function: Callable,
        name: str | None = None,
        tensors: Sequence[str] | None = None,
        spec: Callable | None = None,
        probes: tuple[int, int] = PROBES,
    ):
        self.function = function
        self.name = name or function.__name__
        self.spec = spec
        self.probes = probes
        self.wrapper: Any = None
        self.signature = inspect.signature(function)
        parameters = self.signature.parameters
        if tensors is None:
            tensors = [n for n in parameters if n in TENSOR_PARAMETERS]
        # In order of a call in a graph: first the positional ones, then those that may be None.
        self.tensors = tuple(sorted(tensors, key=lambda n: parameters[n].default is None))
        kinds = {p.kind: n for n, p in parameters.items()}
        self.variadic = kinds.get(inspect.Parameter.VAR_POSITIONAL)
        self.keywords = kinds.get(inspect.Parameter.VAR_KEYWORD)
        # What stands before `*operands` can only be passed by position.
        self.leading = [n for n, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD]

    def __reduce__(self) -> tuple:
        # Pickles and copies name the public function; there is one record of it in a process.
        return getattr, (self.wrapper, "op")

    def split(self, args: tuple, kwargs: dict) -> tuple[tuple, dict, dict]:
        """A call's arguments as (positional tensors, named tensors, settings).

        As in Keras, tensors that may be None are named, the others positional. A setting that is
        given as a symbolic tensor becomes a named tensor.
        """
        try:
            bound = self.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"ops.{self.name}{self.signature}: {error}.") from None
        named = bound.pop(self.keywords, {})
        rest = bound.pop(self.variadic, ())
        values = {
            name: bound.get(name, parameter.default)
            for name, parameter in self.signature.parameters.items()
            if name not in (self.variadic, self.keywords)
        }
        positional, settings = [], {}
        for name, value in values.items():
            if name in self.tensors and self.signature.parameters[name].default is not None:
                positional.append(value)
            elif name in self.tensors or any_symbolic(value):
                named[name] = value
            else:
                settings[name] = value
        return (*positional, *rest), named, settings

    def run(self, args: tuple, kwargs: dict, settings: dict) -> Any:
        """Call the function with arguments that `split` took apart."""
        if self.variadic is None:
            return self.function(**dict(zip(self.tensors, args)), **kwargs, **settings)
        settings, supply = dict(settings), iter(args)
        before = [next(supply) if n in self.tensors else settings.pop(n) for n in self.leading]
        return self.function(*before, *supply, **kwargs, **settings)


def _shown(value: Any) -> str:
    """An argument for a message: tensors by their shapes."""
    if isinstance(value, (list, tuple)) and any(hasattr(v, "shape") for v in value):
        return f"[{', '.join(map(_shown, value))}]"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"<shape {tuple(value.shape)}>"
    return reprlib.repr(value)


class OpCall(Operation):
    """An operation of a graph that is a function of `cornu.ops` with its settings.

    Args:
        op: the wrapped function's record.
        settings: values of the parameters that take no tensors.
        name: name in the graph; made from the function's if not given.
    """

    def __init__(self, op: Op, settings: dict, name: str | None = None):
        super().__init__(name or auto_name(graph_name(op.name)))
        self.op = op
        self.settings = settings
        if settings.get("dtype") is not None:
            self.settings = {**settings, "dtype": dtypes.standardize_dtype(settings["dtype"])}
        if "data_format" in settings:
            # The graph keeps its layout, whatever the global setting is when it is loaded.
            layout = config.standardize_data_format(settings["data_format"])
            self.settings = {**self.settings, "data_format": layout}

    def call(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = unwrap((args, kwargs))
        if self.op.name in strings.MOVING and strings.are_strings((args, kwargs)):
            return strings.moved(self._run, args, kwargs)
        return self._run(*args, **kwargs)

    def _run(self, *args: Any, **kwargs: Any) -> Any:
        return self.op.run(args, kwargs, self.settings)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        if self.op.spec is not None:
            named = dict(zip(self.op.tensors, args))
            return self.op.spec(**named, **kwargs, **self.settings)
        sizes = [v for v in tree.flatten(self.settings) if isinstance(v, int)]
        try:
            if self.op.name in strings.MOVING and strings.are_strings((args, kwargs)):
                return strings.infer_moved(self._run, args, kwargs, sizes)
            return infer_broadcast(self.call, args, kwargs, self.op.probes, sizes)
        except (TypeError, ValueError, IndexError) as error:
            raise OperandError(self._refusal(error, args, kwargs)) from error

    def _refusal(self, error: Exception, args: tuple, kwargs: dict) -> str:
        """The message for arguments that the function refused, with what it was given."""
        problem = str(error).strip()
        if isinstance(error, jax.errors.NonConcreteBooleanIndexError):
            problem = (
                "a boolean mask selects as many elements as it has True, which is not known before "
                "there are values. Keep the shape and blank out the rest: ops.where(mask, x, 0)."
            )
        names = dict(zip(self.op.tensors, args)) if self.op.variadic is None else {}
        others = [] if names else [("operands", args)]
        given = [*names.items(), *others, *kwargs.items(), *self.settings.items()]
        default = {n: p.default for n, p in self.op.signature.parameters.items()}
        shown = [f"{n}={_shown(v)}" for n, v in given if v is not default.get(n, given)]
        return f"ops.{self.op.name}({', '.join(shown)}): {problem}"

    def get_config(self) -> dict:
        return {"name": self.name, **self.settings}


def op(
    function: Callable | None = None,
    *,
    name: str | None = None,
    tensors: Sequence[str] | None = None,
    spec: Callable | None = None,
    probes: tuple[int, int] = PROBES,
) -> Callable:
    """Make a function over arrays an operation that also works on symbolic tensors.

    Args:
        function: takes and returns arrays (nested structures allowed).
        name: name in graphs and files; the function's own by default.
        tensors: names of the parameters that take tensors, where the usual names do not tell.
        spec: gives the symbolic result from the symbolic arguments; only for functions whose
            shapes depend on values, which abstract evaluation cannot see.
        probes: two values for unknown sizes; sizes of the result that differ are unknown.
    """
    if function is None:
        return functools.partial(op, name=name, tensors=tensors, spec=spec, probes=probes)
    record = Op(function, name, tensors, spec, probes)
    REGISTRY[record.name] = record

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if any_symbolic(args, kwargs):
            return symbolic(record, args, kwargs)
        return function(*unwrap(args), **unwrap(kwargs))

    wrapper.op, record.wrapper = record, wrapper
    return wrapper


def symbolic(record: Op, args: tuple, kwargs: dict) -> Any:
    """Record a call on symbolic tensors and return the symbolic result."""
    positional, named, settings = record.split(args, kwargs)
    operation = OpCall(record, settings)
    outputs = operation.compute_output_spec(*positional, **named)
    return recorded(operation, positional, named, outputs)


PLAIN = (jax.Array, np.ndarray, int, float, str, bool, type(None), KerasTensor)


def unwrap(structure: Any) -> Any:
    """The structure with every Variable replaced by its value."""
    if isinstance(structure, PLAIN):
        return structure
    kind = type(structure)
    if kind is tuple or kind is list:
        return kind(unwrap(item) for item in structure)
    if kind is dict:
        return {key: unwrap(item) for key, item in structure.items()}
    if hasattr(structure, "__jax_array__"):
        return structure.__jax_array__()
    return structure


TensorLike = Any
"""A JAX or NumPy array, a Variable, a nested list, a number, or a symbolic tensor."""

Axes = int | Sequence[int] | None
"""An axis, several of them, or None, which most operations take for all."""


def as_array(x: Any, dtype: Any = None) -> jax.Array:
    """The value as a JAX array; arrays pass through."""
    if isinstance(x, jax.Array) and dtype is None:
        return x
    return jnp.asarray(unwrap(x), dtype)


def as_float(x: Any) -> jax.Array:
    """The value as an array of a float type: its own, or the default one for integers."""
    x = as_array(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(config.floatx())


# What jax.numpy takes as it is; Python numbers stay numbers, for they take the other's dtype.
OPERANDS = (jax.Array, np.ndarray, int, float, complex)


def operand(x: Any) -> Any:
    """The value in a form that jax.numpy takes: numbers as they are, lists as arrays."""
    return x if isinstance(x, OPERANDS) else as_array(x)


def result_dtype(dtype: Any) -> Any:
    """A `dtype` argument in the form that jax.numpy takes without a warning; None stays None."""
    return None if dtype is None else dtypes.canonical(dtype)

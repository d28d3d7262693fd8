"""What all metrics share: state in Variables, pure twins of the stateful methods, files."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu import initializers
from cornu.core import tracking
from cornu.core.scope import name_path, thread
from cornu.core.state import isolated, pure, read
from cornu.core.variable import Variable, unwrapped
from cornu.engine import dtypes
from cornu.engine.names import auto_name, to_snake_case
from cornu.losses.base import compute_dtype
from cornu.losses.targets import TargetKind
from cornu.metrics.masks import takes_weights, with_masks_as_weights


class Metric(tracking.Tracked):
    """Base of metrics. Subclasses define `update_state` and `result`.

    A mask that the predictions (`y_pred`, or `values`) carry reaches an `update_state` which takes
    `sample_weight` as weights of 0 and 1, times the weights that were given.

    Args:
        dtype: dtype of the state and the result, or a policy; the default float type if None.
        name: its name, made from the class's if None.

    >>> class Largest(keras.Metric):
    ...     def __init__(self, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.largest = self.add_variable((), "zeros", name="largest")
    ...
    ...     def update_state(self, values):
    ...         self.largest.assign(keras.ops.maximum(self.largest, keras.ops.max(values)))
    ...
    ...     def result(self):
    ...         return self.largest.value
    >>> Largest()([1.0, 3.0]).item()
    3.0
    """

    target_kinds: tuple[TargetKind, ...] = ()
    """What targets may be, the usual kind first; subclasses may say, so that data are checked."""
    # Whether more is better ("up") or less ("down"); None where neither is.
    _direction: str | None = None
    _takes_weights = True

    def __init__(self, dtype: Any = None, name: str | None = None):
        self.name = name or auto_name(to_snake_case(type(self).__name__))
        self._dtype = compute_dtype(dtype)
        self._variables: list[Variable] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "update_state" in cls.__dict__:
            cls.update_state = with_masks_as_weights(cls.update_state)
            cls._takes_weights = takes_weights(cls.update_state)

    @property
    def dtype(self) -> str:
        """Dtype of the state and the result."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The state: its own Variables, then those of the metrics it holds."""
        own = tracking.members(self, Variable)
        return [*own, *(v for m in tracking.members(self, Metric) for v in m.variables)]

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        aggregation: str | None = "sum",
        name: str | None = None,
    ) -> Variable:
        """A new piece of state.

        Args:
            shape: tuple of ints.
            initializer: what `initializers.get` takes, such as `"zeros"`.
            dtype: its dtype; the metric's by default.
            aggregation: how replicas combine it: "sum", "mean" or "only_first_replica".
            name: its name.
        """
        if "_variables" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__} adds a variable before `super().__init__()` ran. Call it "
                "first in the constructor."
            )
        with name_path((*thread.names, self.name)):
            variable = Variable(
                initializers.get(initializer),
                shape=() if shape is None else shape,
                dtype=self.dtype if dtype is None else dtype,
                trainable=False,
                aggregation=aggregation,
                name=name,
            )
        self._track(variable)
        return variable

    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> Variable:
        """A new piece of state, zeros by default; see `add_variable`."""
        return self.add_variable(shape, initializer or "zeros", dtype=dtype, name=name)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch into account."""
        raise NotImplementedError(f"{type(self).__name__} must define `update_state`.")

    def result(self) -> Any:
        """The value over all batches so far: a scalar or a dict of scalars."""
        raise NotImplementedError(f"{type(self).__name__} must define `result`.")

    def reset_state(self) -> None:
        """Forget all batches: the state becomes zeros."""
        for variable in self.variables:
            variable.assign(jnp.zeros(variable.shape, dtypes.canonical(variable.dtype)))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch into account and give the result so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(self, metric_variables: Any, *args: Any, **kwargs: Any) -> list:
        """`update_state` as a pure function.

        Args:
            metric_variables: values of `variables`, in order.
            *args: arguments of `update_state`, as `**kwargs` are.

        Returns:
            The new values.

        Raises:
            ValueError: if the number of values is wrong.
        """
        before = self._checked(metric_variables)
        _, effects = isolated(self.update_state, self.variables)(before, *args, **kwargs)
        # Some metrics create their state when they see the first batch.
        before += [None] * (len(self.variables) - len(before))
        return list(map(effects.value_of, self.variables, before))

    def stateless_result(self, metric_variables: Any) -> Any:
        """`result` for given values of `variables`.

        Raises:
            ValueError: if the number of values is wrong.
        """
        result, _ = pure(lambda: unwrapped(self.result()), self.variables)(
            self._checked(metric_variables)
        )
        return result

    def stateless_reset_state(self) -> list:
        """The values of `variables` after `reset_state`."""
        _, values = pure(self.reset_state, self.variables)(read(self.variables))
        return values

    def _checked(self, values: Any) -> list:
        if len(values) != len(self.variables):
            raise ValueError(
                f"Metric {self.name!r} has {len(self.variables)} variables "
                f"({[v.name for v in self.variables]}); got {len(values)} values for them."
            )
        return list(values)

    def save_own_variables(self, store: Any) -> None:
        """Write the state into a mapping, under "0", "1", ..."""
        for index, variable in enumerate(self.variables):
            store[str(index)] = np.asarray(variable.raw_value)

    def load_own_variables(self, store: Any) -> None:
        """Read the state that `save_own_variables` wrote.

        Raises:
            ValueError: if the number of arrays is wrong.
        """
        if len(store.keys()) != len(self.variables):
            raise ValueError(
                f"Metric {self.name!r} has {len(self.variables)} variables; the file holds "
                f"{len(store.keys())} arrays for it."
            )
        for index, variable in enumerate(self.variables):
            variable.assign(np.asarray(store[str(index)]))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict) -> Metric:
        """A metric made from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"

    def __str__(self) -> str:
        return repr(self)

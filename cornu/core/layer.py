"""`Layer`: state and computation in one callable object."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import tree
from cornu.core import dtype_policy as dtype_policies
from cornu.core import masking, registry, remat
from cornu.core.call_spec import build_by_call, call_signature, shapes_of, tensor_arguments
from cornu.core.identifiers import unknown_arguments
from cornu.core.input_spec import InputSpec, check_given, check_inputs
from cornu.core.layer_state import LayerState, call_without_new_state
from cornu.core.scope import StatelessScope, autocast, name_path, name_scope, thread
from cornu.core.variable import Variable
from cornu.engine import dtypes
from cornu.ops.inference import infer_output
from cornu.ops.symbolic import Node, Operation, any_symbolic


class CallContext:
    """What holds for a whole nest of layer calls: the outermost layer and the training flag."""

    __slots__ = ("entry", "training")

    def __init__(self, entry: Layer):
        self.entry = entry
        self.training: bool | None = None


class Layer(dtype_policies.WithPolicy, LayerState, Operation):
    """Base of everything that has weights: write `build` and `call`, get the rest.

    Args:
        activity_regularizer: regularizer of the outputs (name, function or object), or None.
        trainable: whether the variables are trained.
        dtype: dtype name or `DTypePolicy`; the global policy by default.
        autocast: whether float inputs are cast to the compute dtype.
        name: unique name; made from the class name by default.
        **kwargs: `input_shape` (without batch) or `input_dim`, for a first layer in a Sequential.

    >>> class Scale(keras.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones")
    ...
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()(keras.ops.ones((2, 3))).shape
    (2, 3)
    """

    _input_spec: Any = None
    supports_masking: bool = False
    """Whether the layer takes masks and hands them on."""
    host_capable: bool = False
    """Whether the layer can run in NumPy, in front of the compiled program, on text."""
    _settings: tuple[str, ...] = ()
    """Constructor arguments that a class keeps under their names; its config, and its subclasses',
    holds them."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Layer:
        instance = super().__new__(cls)
        instance.__dict__["_arguments"] = (args, kwargs)
        return instance

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _wrapped_build(cls.__dict__["build"])

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        # `_variables` comes first so that a walk meets variables in their order of creation.
        self._variables: list[Variable] = []
        super().__init__(name)
        input_shape = kwargs.pop("input_shape", None)
        input_dim = kwargs.pop("input_dim", None)
        if input_dim is not None:
            input_shape = (input_dim,)
        self._input_shape_arg = None if input_shape is None else tuple(input_shape)
        if kwargs:
            raise TypeError(unknown_arguments(type(self), kwargs))
        self.activity_regularizer = registry.get("regularizer", activity_regularizer)
        self._dtype_policy = dtype_policies.get(dtype)
        self.autocast = autocast
        self.built = False
        self.supports_masking = (
            self.supports_masking or type(self).compute_mask is not Layer.compute_mask
        )
        self._trainable = bool(trainable)
        self._losses: list = []
        self._build_shapes: dict | None = None
        self._path_names = thread.names
        self._remat = thread.remat

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Variable):
            own = self.__dict__.setdefault("_variables", [])
            if not any(v is value for v in own):
                own.append(value)
        object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        state = self.__dict__
        return f"<{type(self).__name__} name={state.get('name')}, built={state.get('built')}>"

    @property
    def input_spec(self) -> Any:
        """One `InputSpec`, or a structure of them, that the inputs must meet; None for any."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        wrong = [one for one in tree.flatten(value) if not isinstance(one, InputSpec | None)]
        if wrong:
            raise TypeError(
                f"{type(self).__name__}: input_spec must be an InputSpec, or a list or dict of "
                f"them, one per input; got {wrong[0]!r} of type {type(wrong[0]).__name__}."
            )
        self._input_spec = value

    # --- building ------------------------------------------------------------------------------

    def build(self, input_shape: Any = None) -> None:
        """Create the variables; the shape is that of the first argument of `call`.

        Where a class has no `build`, the layers inside are built as its `call` reaches them.
        """
        own = type(self).build is not Layer.build
        if (
            input_shape is not None
            and not (own or self.built or self.host_capable)
            and self._layers
        ):
            build_by_call(self, {"input_shape": input_shape})
        self._build_shapes = {"input_shape": input_shape}
        self.built = True

    def _build_for(self, arguments: dict[str, Any]) -> None:
        tensors = tensor_arguments(arguments)
        overridden = type(self).build is not Layer.build
        first = next(iter(arguments.values()), None)
        if overridden and isinstance(first, (str, bytes)) and not self.host_capable:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) expects a tensor, got {first!r}. "
                "Turn text to numbers first, with TextVectorization or StringLookup."
            )
        if overridden:
            names = call_signature(inspect.unwrap(type(self).build)).names
            if len(names) <= 1:
                first = next(iter(tensors.values()), next(iter(arguments.values()), None))
                shapes = {names[0]: shapes_of(first)} if names else {}
            else:
                shapes = {n: shapes_of(arguments.get(n.removesuffix("_shape"))) for n in names}
                if names[0] not in ("input_shape",) and all(v is None for v in shapes.values()):
                    shapes = dict(zip(names, map(shapes_of, tensors.values())))
            self.build(**shapes)
        else:
            # Layers inside build themselves as `call` reaches them.
            self._build_shapes = {
                f"{name}_shape": shapes_of(value) for name, value in tensors.items()
            }
        self.built = True

    def get_build_config(self) -> dict | None:
        """The shapes the layer was built with."""
        shapes = {k: v for k, v in (self._build_shapes or {}).items() if v is not None}
        if not shapes:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": shapes}

    def build_from_config(self, config: dict) -> None:
        """Build with the shapes that `get_build_config` returned."""
        if not config or type(self).build is Layer.build:
            return
        names = call_signature(inspect.unwrap(type(self).build)).names
        shapes = {k: as_shapes(v) for k, v in config.get("shapes_dict", config).items()}
        if set(shapes) <= set(names):
            self.build(**shapes)
        else:
            self.build(*list(shapes.values())[: len(names)])

    # --- calling -------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if "built" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}.__init__ did not call super().__init__(). Call it first, "
                "before setting attributes."
            )
        if not self.built:
            self._path_names = self._own_path()
        symbolic = any_symbolic(args, kwargs)
        if not symbolic:
            args = self._converted(args)
            kwargs = self._converted(kwargs)
        signature = call_signature(type(self).call)
        arguments, training = self._bound(signature, args, kwargs)
        first = next(iter(arguments.values()), None)
        if signature.needs_first and _is_public_layer(type(self)):
            check_given(self, first)
        check_inputs(self.input_spec, first, self.name)
        found_masks = self._fill_masks(signature, arguments)

        outer = thread.call_context
        context = outer
        if outer is None:
            context = thread.call_context = CallContext(self)
            if not symbolic:
                self._clear_losses()
        outer_training = context.training
        training = self._resolve_training(signature, training, outer_training)
        context.training = training
        if signature.takes("training"):
            arguments["training"] = training
            if training is None:
                arguments["training"] = signature.defaults.get("training", None)
        try:
            with name_scope(self.name), autocast(self._autocast_dtype()):
                if not self.built:
                    self._build_for(arguments)
                    check_inputs(self.input_spec, first, self.name)
                if symbolic:
                    outputs = self._symbolic_call(signature, arguments, found_masks)
                else:
                    outputs = self._run(signature, arguments)
                    if self.activity_regularizer is not None:
                        for leaf in tree.flatten(outputs):
                            penalty = self.activity_regularizer(leaf)
                            # Per example, so that it weighs the same in a batch of any size.
                            self.add_loss(penalty / leaf.shape[0] if leaf.ndim else penalty)
            if self.supports_masking or any_symbolic(outputs) is False:
                self._mask_outputs(first, outputs)
        finally:
            context.training = outer_training
            thread.call_context = outer
        return outputs

    def _autocast_dtype(self) -> str | None:
        compute = self.compute_dtype
        return compute if compute != self.variable_dtype and dtypes.is_float(compute) else None

    def _converted(self, structure: Any) -> Any:
        policy, cast, dtype = self.dtype_policy, self.autocast, self.input_dtype
        return tree.map_structure(lambda x: policy.convert_input(_raw(x), cast, dtype), structure)

    def _bound(self, signature: Any, args: tuple, kwargs: dict) -> tuple[dict, Any]:
        """Arguments by name, and the training flag given (None if not)."""
        kwargs = dict(kwargs)
        training = kwargs.get("training")
        if "training" in kwargs and not (
            signature.takes("training") or signature.takes_any_keyword
        ):
            kwargs.pop("training")
        if kwargs.get("mask") is None and "mask" in kwargs and not signature.takes("mask"):
            kwargs.pop("mask")
        try:
            bound = signature.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(
                f"Layer {self.name!r} ({type(self).__name__}) cannot be called so: {error}. "
                f"Its `call` takes {signature.signature}."
            ) from error
        training = bound.get("training", training)
        return dict(bound), training

    def _resolve_training(self, signature: Any, given: Any, outer: Any) -> Any:
        if given is not None:
            return given
        if outer is not None:
            return outer
        return signature.defaults.get("training")

    def _fill_masks(self, signature: Any, arguments: dict) -> set[str]:
        """Pass on the masks that came with the tensors; the names of those passed."""
        found: set[str] = set()
        for i, (name, value) in enumerate(tensor_arguments(arguments).items()):
            names = [f"{name}_mask"] + (["mask"] if i == 0 else [])
            target = next((n for n in names if signature.takes(n)), None)
            if target is None or arguments.get(target) is not None:
                continue
            mask = masking.get_masks(value)
            if mask is not None:
                arguments[target] = mask
                found.add(target)
        return found

    def _run(self, signature: Any, arguments: dict) -> Any:
        bound = inspect.BoundArguments(signature.signature, arguments)
        call = functools.partial(call_without_new_state, self, self.call)
        if self._remat is not None:
            call = self.rematerialized_call(call, *bound.args, **bound.kwargs)
        with jax.named_scope(self.name):
            return call(*bound.args, **bound.kwargs)

    def _symbolic_call(self, signature: Any, arguments: dict, found_masks: set) -> Any:
        bound = inspect.BoundArguments(signature.signature, arguments)
        outputs = self.compute_output_spec(*bound.args, **bound.kwargs)
        # The graph keeps what the user passed; masks and the training flag are found at run time.
        kept = {
            name: value
            for name, value in arguments.items()
            if name != "training"
            and name not in found_masks
            and not (name in signature.defaults and value is signature.defaults[name])
        }
        bound = inspect.BoundArguments(signature.signature, kept)
        Node(self, bound.args, dict(bound.kwargs), outputs)
        return outputs

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs from the inputs; what subclasses write."""
        raise NotImplementedError(f"Layer {type(self).__name__} must define `call`.")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call on symbolic tensors and return the symbolic outputs."""
        return self(*args, **kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs for symbolic inputs, by abstract evaluation of `call`."""
        if type(self).compute_output_shape is not Layer.compute_output_shape:
            return self._spec_from_shape(args, kwargs)
        with StatelessScope():
            return infer_output(self._call_converted, *args, **kwargs)

    def _call_converted(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = self._converted(args), self._converted(kwargs)
        return call_without_new_state(self, self.call, *args, **kwargs)

    def _spec_from_shape(self, args: tuple, kwargs: dict) -> Any:
        from_shapes = self.compute_output_shape(*map(shapes_of, args[:1]))
        return tree.map_shape_structure(
            lambda shape: dtype_policies.KerasTensor(shape, self.compute_dtype), from_shapes
        )

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Shape of the outputs for the shapes of the inputs.

        Args:
            *args: the inputs' shapes: tuples, None for unknown sizes, nested as the inputs are.
            **kwargs: likewise.
        """

        def tensor(shape: tuple) -> Any:
            return dtype_policies.KerasTensor(shape, self.compute_dtype)

        args = tuple(tree.map_shape_structure(tensor, shape) for shape in args)
        kwargs = {
            k: tree.map_shape_structure(tensor, shape)
            for k, shape in kwargs.items()
            if shape is not None
        }
        kwargs = {k.removesuffix("_shape"): v for k, v in kwargs.items()}
        if "input" in kwargs and not args:
            args = (kwargs.pop("input"),)
        with StatelessScope(), name_scope(self.name):
            if not self.built:
                signature = call_signature(type(self).call)
                self._build_for(dict(signature.signature.bind(*args, **kwargs).arguments))
            outputs = infer_output(self._call_converted, *args, **kwargs)
        return tree.map_structure(lambda t: t.shape, outputs)

    # --- masks ---------------------------------------------------------------------------------

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Mask of the outputs: that of the inputs, for layers that support masking."""
        return previous_mask

    def _mask_outputs(self, inputs: Any, outputs: Any) -> None:
        if not self.supports_masking:
            return
        previous = masking.get_masks(inputs)
        if type(self).compute_mask is Layer.compute_mask and previous is None:
            return
        if any_symbolic(outputs):
            with StatelessScope():
                mask = self._symbolic_mask(inputs, previous)
        else:
            mask = self.compute_mask(inputs, previous)
        if mask is not None:
            masking.set_masks(outputs, mask)

    def _symbolic_mask(self, inputs: Any, previous: Any) -> Any:
        if not any_symbolic(previous) and not any_symbolic(inputs):
            return None
        spec = infer_output(self.compute_mask, inputs, previous)
        return spec

    # --- losses --------------------------------------------------------------------------------

    def add_loss(self, loss: Any) -> None:
        """Add a scalar (or a list of scalars) to the training loss; call it inside `call`."""
        for one in tree.flatten(loss):
            if one is None:
                continue
            scope = thread.scope
            if scope is None:
                self._losses.append(one)
            else:
                scope.layer_losses.setdefault(id(self), []).append(one)
                scope.add_loss(one)

    def _own_losses(self) -> list:
        scope = thread.scope
        while scope is not None:
            if id(self) in scope.layer_losses:
                return scope.layer_losses[id(self)]
            scope = scope._outer
        return self._losses

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            if layer._losses:
                layer._losses.clear()
            if thread.scope is not None:
                thread.scope.layer_losses.pop(id(layer), None)

    @property
    def losses(self) -> list:
        """Scalars added by `add_loss` in the last call, and the penalties of the weights."""
        added = [loss for layer in self._flatten_layers() for loss in layer._own_losses()]
        penalties = [v.regularizer(v) for v in self.trainable_weights if v.regularizer is not None]
        return added + penalties

    # --- pure calls ----------------------------------------------------------------------------

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> tuple:
        """Call the layer as a pure function of its variables.

        Args:
            trainable_variables: values for `self.trainable_variables`.
            non_trainable_variables: values for `self.non_trainable_variables`.
            *args: arguments of the call.
            return_losses: whether to return the losses too.
            **kwargs: likewise.

        Returns:
            `(outputs, non_trainable_variables)`, and the list of losses behind them if asked.
        """
        own, other = self.trainable_variables, self.non_trainable_variables
        for what, variables, values in (
            ("trainable", own, trainable_variables),
            ("non-trainable", other, non_trainable_variables),
        ):
            if len(variables) != len(values):
                raise ValueError(
                    f"Layer {self.name!r} has {len(variables)} {what} variables, got "
                    f"{len(values)} values."
                )
        mapping = [*zip(own, trainable_variables), *zip(other, non_trainable_variables)]
        with StatelessScope(mapping, collect_losses=return_losses) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else None
            updated = [scope.get_current_value(v) for v in other]
        return (outputs, updated, losses) if return_losses else (outputs, updated)

    def rematerialized_call(self, layer_call: Callable, *args: Any, **kwargs: Any) -> Callable:
        """`layer_call`, recomputed in the backward pass as the layer's `RematScope` says."""
        return remat.recomputed(self, layer_call, args, kwargs)

    # --- config ---------------------------------------------------------------------------------

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policies.serialize(self.dtype_policy),
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = registry.serialize(self.activity_regularizer)
        names = self._all_settings()
        if names:
            return config | {name: _plain(getattr(self, name)) for name in names}
        return config | self._recorded_arguments(config)

    @classmethod
    def _all_settings(cls) -> list[str]:
        """The settings of the class and of those it derives from."""
        return [name for c in reversed(cls.__mro__) for name in vars(c).get("_settings", ())]

    def _recorded_arguments(self, config: dict) -> dict:
        """What the constructor was called with, for a subclass without `get_config`."""
        cls = type(self)
        if cls.get_config is not Layer.get_config or cls.__init__ is Layer.__init__:
            return {}
        args, kwargs = self._arguments
        signature = inspect.signature(cls.__init__)
        try:
            bound = signature.bind(self, *args, **kwargs)
        except TypeError:
            return {}
        given = dict(list(bound.arguments.items())[1:])
        for name, parameter in signature.parameters.items():
            if parameter.kind is parameter.VAR_KEYWORD:
                given.update(given.pop(name, {}))
            elif parameter.kind is parameter.VAR_POSITIONAL and given.get(name):
                raise NotImplementedError(
                    f"Layer {cls.__name__} takes *{name}; write its `get_config`."
                )
        try:
            return {k: registry.serialize(v) for k, v in given.items() if k not in config}
        except ValueError as error:
            raise NotImplementedError(
                f"Layer {cls.__name__} needs a `get_config` method: an argument of its constructor "
                f"cannot be stored as it is ({error})"
            ) from error

    @classmethod
    def from_config(cls, config: dict) -> Layer:
        """A layer made from what `get_config` returned."""
        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = registry.deserialize(config["dtype"])
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(
                f"{cls.__name__} could not be made from its config "
                f"{registry.shortened(config)}: {error}"
            ) from error


def _is_public_layer(cls: type) -> bool:
    """Whether this is a layer of the package; those of users may take None, and models do."""
    return (registry.published_name(cls) or ("",))[0] == "keras.layers"


def _wrapped_build(build: Callable) -> Callable:
    """`build` within the layer's name scope, with `built` set and the shapes kept."""
    if getattr(build, "_is_wrapped", False):
        return build

    @functools.wraps(build)
    def wrapper(self: Layer, *args: Any, **kwargs: Any) -> None:
        inside = bool(thread.names) and thread.names[-1] == self.name
        self._path_names = self._own_path()
        with name_path(thread.names if inside else (*thread.names, self.name)):
            build(self, *args, **kwargs)
        bound = call_signature(build).signature.bind(*args, **kwargs).arguments
        self._build_shapes = dict(bound)
        self.built = True

    wrapper._is_wrapped = True
    return wrapper


def _plain(setting: Any) -> Any:
    """A setting as configs hold it: an activation function by its name alone."""
    module, name = registry.published_name(setting) or (None, None)
    return name if module == "keras.activations" else registry.serialize(setting)


def _raw(x: Any) -> Any:
    if isinstance(x, Variable):
        return x.value
    return jnp.asarray(x) if isinstance(x, np.ndarray) and x.dtype.kind not in "OSUT" else x


def as_shapes(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        if all(d is None or isinstance(d, int) for d in value):
            return tuple(value)
        return [as_shapes(v) for v in value]
    if isinstance(value, dict):
        return {k: as_shapes(v) for k, v in value.items()}
    return value


registry.publish("keras.layers", {"Layer": Layer})

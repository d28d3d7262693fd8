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
from cornu.core.call_spec import call_signature, tensor_arguments
from cornu.core.identifiers import unknown_arguments
from cornu.core.input_spec import InputSpec, check_given, check_inputs
from cornu.core.layer_parts.building import Building
from cornu.core.layer_parts.output_specs import OutputSpecs, tells
from cornu.core.layer_state import LayerState, call_without_new_state
from cornu.core.scope import autocast, name_scope, thread
from cornu.core.state import pure, without_effects
from cornu.core.variable import Variable
from cornu.engine import dtypes
from cornu.ops.inference import current_stand_in, infer_output
from cornu.ops.strings import are_strings
from cornu.ops.symbolic import Operation, any_symbolic, recorded


class CallContext:
    """What holds for a whole nest of layer calls: the outermost layer and the training flag."""

    __slots__ = ("entry", "training")

    def __init__(self, entry: Layer):
        self.entry = entry
        self.training: bool | None = None


class Layer(dtype_policies.WithPolicy, LayerState, Building, OutputSpecs, Operation):
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
    output_activation: Any = None
    """The activation function whose values the outputs are, where a layer knows it."""
    moves_values_only: bool = False
    """Whether the outputs are the values of the input in another order or shape."""
    makes_mask: bool = False
    """Whether the layer finds out which steps are padding."""
    takes_dicts: bool = False
    """Whether a layer of the package takes dicts of tensors; those of users take what they like."""
    takes_strings: bool = False
    """Likewise for arrays of strings, though it does not run in front of the compiled program."""
    _settings: tuple[str, ...] = ()
    """Constructor arguments that a class keeps under their names; its config, and its subclasses',
    holds them."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Layer:
        instance = super().__new__(cls)
        instance.__dict__["_arguments"] = (args, kwargs)
        return instance

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

    # --- calling -------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if "built" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}.__init__ did not call super().__init__(). Call it first, "
                "before setting attributes."
            )
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
        outer_training, given = context.training, training
        training = self._resolve_training(signature, training, outer_training)
        context.training = training
        if signature.takes("training"):
            arguments["training"] = training
            if training is None:
                arguments["training"] = signature.defaults.get("training", None)
        try:
            with name_scope(self.name), autocast(self._autocast_dtype()):
                if not self.built:
                    self._build_once(arguments)
                    check_inputs(self.input_spec, first, self.name)
                if symbolic:
                    outputs = self._symbolic_call(signature, arguments, found_masks, given)
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
            bound = signature.bind(args, kwargs).arguments
        except TypeError as error:
            raise TypeError(
                f"Layer {self.name!r} ({type(self).__name__}) cannot be called like this: {error}. "
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
        stand_in = current_stand_in()
        if stand_in is not None and stand_in.believes and tells(type(self)) is not None:
            if not self._holds_unbuilt_layers():
                return self._told_outputs(stand_in, arguments)
        bound = inspect.BoundArguments(signature.signature, arguments)
        call = functools.partial(call_without_new_state, self, self.call)
        if self._remat is not None:
            call = self.rematerialized_call(call, *bound.args, **bound.kwargs)
        with jax.named_scope(self.name):
            return call(*bound.args, **bound.kwargs)

    def _symbolic_call(
        self, signature: Any, arguments: dict, found_masks: set, training: Any
    ) -> Any:
        # The graph keeps what the user passed; masks and the training flag are found at run time.
        kept = {
            name: value
            for name, value in arguments.items()
            if name != "training"
            and name not in found_masks
            and not (name in signature.defaults and value is signature.defaults[name])
        }
        given = kept if training is None else kept | {"training": training}
        outputs = self._symbolic_outputs(arguments, given)
        bound = inspect.BoundArguments(signature.signature, kept)
        return recorded(self, bound.args, dict(bound.kwargs), outputs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs from the inputs; what subclasses write."""
        raise NotImplementedError(f"Layer {type(self).__name__} must define `call`.")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call on symbolic tensors and return the symbolic outputs."""
        return self(*args, **kwargs)

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
            with without_effects():
                mask = self._symbolic_mask(inputs, previous)
        else:
            mask = self.compute_mask(inputs, previous)
        if mask is not None:
            masking.set_masks(outputs, mask)

    def _symbolic_mask(self, inputs: Any, previous: Any) -> Any:
        nothing = not any_symbolic(previous) and not any_symbolic(inputs)
        if nothing or are_strings(inputs):
            return None
        return infer_output(self.compute_mask, inputs, previous)

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
                scope.add_layer_loss(self, one)

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
        variables = self.trainable_variables, self.non_trainable_variables
        values = list(trainable_variables), list(non_trainable_variables)
        for what, own, given in zip(("trainable", "non-trainable"), variables, values):
            if len(own) != len(given):
                raise ValueError(
                    f"Layer {self.name!r} has {len(own)} {what} variables, got {len(given)} values."
                )

        def call() -> tuple:
            outputs = self(*args, **kwargs)
            return outputs, self.losses if return_losses else None

        (outputs, losses), (_, updated) = pure(call, variables)(values)
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
            config["dtype"] = dtype_policies.deserialize(config["dtype"])
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


def _plain(setting: Any) -> Any:
    """A setting as configs hold it: an activation function by its name alone."""
    module, name = registry.published_name(setting) or (None, None)
    return name if module == "keras.activations" else registry.serialize(setting)


def _raw(x: Any) -> Any:
    if isinstance(x, Variable):
        return x.value
    return jnp.asarray(x) if isinstance(x, np.ndarray) and x.dtype.kind not in "OSUT" else x


registry.publish("keras.layers", {"Layer": Layer})

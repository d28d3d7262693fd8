"""`Bidirectional`: a recurrent layer in both directions."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import tree
from cornu.core import registry
from cornu.core.layer import Layer

_MERGES = {
    "concat": lambda a, b: jnp.concatenate([a, b], axis=-1),
    "sum": lambda a, b: a + b,
    "ave": lambda a, b: (a + b) / 2,
    "mul": lambda a, b: a * b,
}


class Bidirectional(Layer):
    """Run a recurrent layer forward and a second one backward, and merge their outputs.

    "Bidirectional Recurrent Neural Networks", Schuster and Paliwal, 1997.

    Args:
        layer: a recurrent layer such as `LSTM`, not built yet.
        merge_mode: "concat", "sum", "ave", "mul", or None for a tuple of both outputs.
        weights: initial weights, those of the forward layer first.
        backward_layer: the layer for the other direction; a copy of `layer` by default.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for an unknown `merge_mode`, or layers that do not go together.

    >>> both = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))
    >>> both(keras.ops.ones((2, 5, 3))).shape
    (2, 5, 8)
    """

    _settings = ("merge_mode", "layer", "backward_layer")

    def __init__(
        self,
        layer: Layer,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Layer | None = None,
        **kwargs: Any,
    ):
        _check(layer, backward_layer, merge_mode)
        super().__init__(**kwargs)
        config = layer.get_config()
        name = layer.name.removeprefix("forward_")
        self.forward_layer = type(layer).from_config({**config, "name": f"forward_{name}"})
        if backward_layer is None:
            backwards = {"go_backwards": not layer.go_backwards, "name": f"backward_{name}"}
            self.backward_layer = type(layer).from_config({**config, **backwards})
        else:
            self.backward_layer = backward_layer
        if layer.return_sequences:
            # Outputs of both directions meet step by step: a masked step must add nothing.
            self.forward_layer.zero_output_for_mask = True
            self.backward_layer.zero_output_for_mask = True
        self.input_spec = self.forward_layer.input_spec
        self.merge_mode = merge_mode
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.stateful = layer.stateful
        self.supports_masking = True
        self._initial_weights = weights
        # The forward layer is a copy: the layer passed must not be found among the sublayers.
        self._arguments = ((), {})

    @property
    def layer(self) -> Layer:
        """The forward layer."""
        return self.forward_layer

    @property
    def states(self) -> Any:
        """The states kept from batch to batch, those of the forward layer first; None if none."""
        if self.forward_layer.states is None:
            return None
        return (*self.forward_layer.states, *self.backward_layer.states)

    def reset_state(self) -> None:
        """Set the states of both directions to zero."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state

    def build(self, sequences_shape: tuple, initial_state_shape: Any = None) -> None:
        """Build both layers."""
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
                layer.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        """The merged outputs; with `return_state` a tuple of them and the states.

        Args:
            sequences: array of shape (batch, time, features).
            initial_state: the states of the forward layer, then those of the backward layer.
            mask: booleans of shape (batch, time).
            training: whether dropout is active.
        """
        starts: tuple = (None, None)
        if initial_state is not None:
            half = len(initial_state) // 2
            starts = (list(initial_state[:half]), list(initial_state[half:]))
        results = [
            layer(sequences, initial_state=start, mask=mask, training=training)
            for layer, start in zip((self.forward_layer, self.backward_layer), starts)
        ]
        states: list = []
        if self.return_state:
            states = [state for result in results for state in result[1:]]
            results = [result[0] for result in results]
        forward, backward = results
        if self.return_sequences:
            backward = jax.tree.map(lambda x: jnp.flip(x, 1), backward)
        if self.merge_mode is None:
            return (forward, backward, *states)
        outputs = _MERGES[self.merge_mode](forward, backward)
        return (outputs, *states) if self.return_state else outputs

    def compute_mask(self, _: Any, mask: Any) -> Any:
        """The mask of the outputs if they are sequences; states have none."""
        mask = tree.flatten(mask)[0] if self.return_sequences else None
        outputs = [mask, mask] if self.merge_mode is None else [mask]
        if self.return_state:
            sizes = (self.forward_layer.state_size, self.backward_layer.state_size)
            outputs += [None] * len(jax.tree.leaves(sizes))
        if len(outputs) == 1:
            return mask
        return tuple(outputs)

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Bidirectional:
        """A layer made from what `get_config` returned."""
        config = dict(config)
        for name in ("layer", "backward_layer"):
            if config.get(name) is not None:
                config[name] = registry.deserialize(config[name], custom_objects, expected=(Layer,))
        return cls(**config)


def _check(layer: Any, backward_layer: Any, merge_mode: Any) -> None:
    for name, each in (("layer", layer), ("backward_layer", backward_layer)):
        if each is None and name == "backward_layer":
            continue
        if not isinstance(each, Layer) or not hasattr(each, "go_backwards"):
            raise ValueError(
                f"Bidirectional's `{name}` must be a recurrent layer such as "
                f"`keras.layers.LSTM(8)`; got {each!r}."
            )
    if merge_mode is not None and merge_mode not in _MERGES:
        raise ValueError(
            f"Bidirectional got merge_mode={merge_mode!r}; use one of {sorted(_MERGES)} or None."
        )
    if backward_layer is None:
        return
    if backward_layer.go_backwards == layer.go_backwards:
        raise ValueError(
            "Bidirectional's two layers must run in different directions; both have "
            f"go_backwards={layer.go_backwards}. Set `go_backwards=True` for the backward layer."
        )
    for name in ("stateful", "return_sequences", "return_state"):
        if getattr(layer, name) != getattr(backward_layer, name):
            raise ValueError(
                f"Bidirectional's two layers must have the same `{name}`; got "
                f"{getattr(layer, name)} and {getattr(backward_layer, name)}."
            )

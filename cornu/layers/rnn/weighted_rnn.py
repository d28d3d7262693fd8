"""What SimpleRNN, LSTM and GRU share: the cell's settings as properties, and the fused loop."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import activations, regularizers
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.layers.rnn.rnn import RNN


class OwnCellRNN(RNN):
    """Base of the layers that make a cell of their own: its settings are theirs too."""

    def __init_subclass__(cls, cell: type[Layer] | None = None, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        for name in cell._all_settings() if cell else ():
            setattr(cls, name, _of_cell(name))

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        config = super().get_config()
        del config["cell"]
        of_cell = {k: v for k, v in self.cell.get_config().items() if k not in config}
        regularizer = regularizers.serialize(self.activity_regularizer)
        return {**config, **of_cell, "activity_regularizer": regularizer}


def _of_cell(name: str) -> property:
    return property(lambda self: getattr(self.cell, name), doc=f"The cell's `{name}`.")


class WeightedRNN(OwnCellRNN):
    """Base of the layers that make their own cell and have a fused formulation of its loop.

    With the default activations and without recurrent dropout the whole sequence goes to one
    kernel of `cornu.kernels`; anything else runs the cell step by step.
    """

    def __init__(self, cell: Layer, activity_regularizer: Any, use_cudnn: Any, **kwargs: Any):
        # Keras 2's choice between formulations, which old code still passes.
        kwargs.pop("implementation", None)
        super().__init__(cell, activity_regularizer=activity_regularizer, **kwargs)
        if use_cudnn not in ("auto", True, False):
            raise ValueError(
                f"Layer {self.name!r} got use_cudnn={use_cudnn!r}; use 'auto', True or False."
            )
        self.use_cudnn = use_cudnn
        self.input_spec = InputSpec(ndim=3)

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: bool | None = False
    ) -> tuple[Any, Any, Any]:
        """Last output, all outputs and last states."""
        cell = self.cell
        if not self._has_default_activations() or (training and cell.recurrent_dropout > 0):
            return super().inner_loop(sequences, initial_state, mask, training)
        if training and cell.dropout > 0:
            sequences = sequences * cell.get_dropout_mask(sequences[:, 0])[:, None]
        outputs, *states = self._fused(sequences, initial_state, mask)
        if self.zero_output_for_mask and mask is not None:
            outputs = jnp.where(mask[..., None], outputs, 0)
        outputs = jnp.flip(outputs, 1) if self.go_backwards else outputs
        return outputs[:, -1], outputs, states

    def _has_default_activations(self) -> bool:
        recurrent = getattr(self.cell, "recurrent_activation", activations.sigmoid)
        return self.cell.activation is activations.tanh and recurrent is activations.sigmoid

    def _fused(self, sequences: jax.Array, states: list, mask: Any) -> tuple:
        """Outputs in the order of the inputs, and the last states, from the kernel."""
        raise NotImplementedError

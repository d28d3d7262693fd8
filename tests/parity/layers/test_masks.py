"""Which layers hand a mask on: the same as in Keras, over the whole table of layers."""

import keras
import numpy as np
import pytest

import cornu
from tests.contracts.layer_table import LAYERS

# Layers that cannot take a mask of steps, on either side.
LEFT_OUT = {"Softmax": "its mask is of scores, so one of (batch, time) does not fit"}


def mask_behind(k, name):
    """Shapes of the masks behind the layer's outputs when all its inputs carry one."""
    case = LAYERS[name]
    arguments = k.tree.map_structure(lambda x: masked(k, x), list(case.inputs))
    layer = case.make(k.layers)
    outputs = k.tree.flatten(layer(*arguments))
    masks = [getattr(y, "_keras_mask", None) for y in outputs]
    return layer.supports_masking, [None if m is None else tuple(m.shape) for m in masks]


def masked(k, x):
    tensor = k.KerasTensor((None, *x.shape[1:]), x.dtype.name)
    if x.ndim > 2:
        tensor._keras_mask = k.KerasTensor((None, x.shape[1]), "bool")
    return tensor


@pytest.mark.parametrize("name", [n for n in LAYERS if n not in LEFT_OUT])
def test_masks_go_on_as_in_keras(name):
    np.testing.assert_equal(mask_behind(cornu, name), mask_behind(keras, name))


def test_a_mask_of_steps_is_refused_for_scores_of_another_size():
    with pytest.raises(ValueError, match="mask"):
        mask_behind(cornu, "Softmax")

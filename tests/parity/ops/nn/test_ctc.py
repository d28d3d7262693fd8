"""The CTC loss and its decoding against Keras."""

import numpy as np
import pytest

from tests.parity.oracle import compare_function

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(3, 6, 4)).astype("float32")
TARGET = np.array([[1, 2, 1], [2, 0, 0], [3, 3, 1]])
TARGET_LENGTH = np.array([3, 1, 2])
LENGTH = np.array([6, 5, 4])


@pytest.mark.parametrize("mask_index", [0, 3])
def test_loss_is_keras(mask_index):
    target = (TARGET + (mask_index == 3) * 3) % 4
    compare_function(
        lambda keras, x: keras.ops.ctc_loss(target, x, TARGET_LENGTH, LENGTH, mask_index), LOGITS
    )


def test_loss_of_an_empty_target_and_of_a_short_output_is_keras():
    compare_function(
        lambda keras, x: keras.ops.ctc_loss(TARGET, x, np.array([0, 1, 3]), np.array([6, 5, 3])),
        LOGITS,
        gradients=False,
    )


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"merge_repeated": False},
        {"mask_index": 3},
        {"strategy": "beam_search"},
        {"strategy": "beam_search", "beam_width": 30, "top_paths": 5, "mask_index": 2},
    ],
    ids=str,
)
def test_decoding_is_keras(settings):
    compare_function(
        lambda keras, x: keras.ops.ctc_decode(x, LENGTH, **settings), 3 * LOGITS, gradients=False
    )

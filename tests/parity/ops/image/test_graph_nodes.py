"""The node that each image operation leaves in a graph has Keras's class, config and result."""

import json

import keras
import numpy as np
import pytest

from cornu import ops
from cornu.ops.symbolic import KerasTensor
from tests.parity.ops.test_graph_nodes import K, describe

IMAGES, LARGE = K((None, 7, 6, 3)), K((None, 16, 15, 3))
TRANSFORM = np.array([1, 0, 0, 0, 1, 0, 0, 0], "float32")
CORNERS = np.zeros((4, 2), "float32")
CASES = {
    "affine_transform": ((IMAGES, TRANSFORM), {"fill_mode": "wrap"}),
    "crop_images": ((IMAGES, 1, 1, 1, 1), {}),
    "elastic_transform": ((IMAGES,), {"alpha": 2.0}),
    "gaussian_blur": ((IMAGES,), {"sigma": (2.0, 1.0)}),
    "hsv_to_rgb": ((IMAGES,), {}),
    "map_coordinates": ((K((16, 15)), np.ones((2, 5)), 1), {}),
    "pad_images": ((IMAGES, 1, 1, 1, 1), {}),
    "perspective_transform": ((IMAGES, CORNERS, CORNERS), {}),
    "resize": ((IMAGES, (4, 9)), {"antialias": True}),
    "rgb_to_grayscale": ((IMAGES,), {}),
    "rgb_to_hsv": ((IMAGES,), {}),
    "sobel_edges": ((IMAGES,), {}),
    "ssim": ((LARGE, LARGE), {}),
}


@pytest.mark.parametrize("name", CASES)
def test_node_is_keras(name):
    args, kwargs = CASES[name]
    ours = describe(ops.image, KerasTensor, name, args, kwargs)
    theirs = describe(keras.ops.image, keras.KerasTensor, name, args, kwargs)
    # Keras leaves the layout to the time of loading, Cornu writes it.
    config = json.loads(theirs["config"])
    config.update({"data_format": "channels_last"} if "data_format" in config else {})
    assert json.loads(ours.pop("config")) == config
    del theirs["config"]
    assert ours == theirs

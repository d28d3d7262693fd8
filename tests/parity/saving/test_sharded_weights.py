"""Weights in several files: written here and read by Keras, and the other way round."""

import json

import keras
import numpy as np
import pytest

import cornu

ENOUGH_FOR_A_MATRIX = 300 / 1024**3  # GB: the largest variable has 8 * 8 * 4 = 256 bytes.


def model(k):
    """Four dense layers with an optimizer that has counted to three."""
    layers = [k.layers.Dense(8) for _ in range(3)]
    made = k.Sequential([k.Input((8,)), *layers, k.layers.Dense(1)])
    made.compile(k.optimizers.Adam(), loss="mse")
    made.optimizer.build(made.trainable_variables)
    made.optimizer.iterations.assign(3)
    return made


@pytest.mark.parametrize(("writer", "reader"), [(cornu, keras), (keras, cornu), (cornu, cornu)])
def test_shards_are_read_where_they_were_not_written(writer, reader, tmp_path):
    path = tmp_path / "model.weights.json"
    written, read = model(writer), model(reader)
    read.optimizer.iterations.assign(0)
    written.save_weights(path, max_shard_size=ENOUGH_FOR_A_MATRIX)
    read.load_weights(path)
    for one, other in zip(written.weights, read.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    variables = zip(written.optimizer.variables, read.optimizer.variables, strict=True)
    for one, other in variables:
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_the_same_variables_lie_in_the_same_shards(tmp_path):
    for k in (keras, cornu):
        (tmp_path / k.__name__).mkdir()
        model(k).save_weights(
            tmp_path / k.__name__ / "m.weights.json", max_shard_size=ENOUGH_FOR_A_MATRIX
        )
    ours, theirs = (
        json.loads((tmp_path / k.__name__ / "m.weights.json").read_text()) for k in (cornu, keras)
    )
    assert ours["weight_map"] == theirs["weight_map"]
    assert ours["metadata"]["total_size"] == theirs["metadata"]["total_size"]
    assert len(list((tmp_path / "cornu").iterdir())) == len(list((tmp_path / "keras").iterdir()))


def test_keras_reads_shards_that_replaced_older_ones(tmp_path):
    path = tmp_path / "model.weights.json"
    written, read = model(cornu), model(keras)
    for _ in range(3):
        written.set_weights([weight + 1 for weight in written.get_weights()])
        written.save_weights(path, max_shard_size=ENOUGH_FOR_A_MATRIX)
        read.load_weights(path)
        for one, other in zip(written.weights, read.weights, strict=True):
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))

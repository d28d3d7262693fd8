"""The names that docs/subclassing.md keeps for subclasses exist."""

import re
from pathlib import Path

import numpy as np

import cornu as keras

PAGE = Path(__file__).resolve().parents[2] / "docs" / "subclassing.md"
LAYERS = keras.layers
X = np.ones((2, 4, 6), "float32")


def kept():
    """Class and name of each line of the table."""
    classes = []
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) != 3 or "`" not in cells[1]:
            continue
        classes = re.findall(r"`(\w+)`", cells[0]) or classes
        for name in re.findall(r"`(_\w+)", cells[1]):
            yield from ((cls, name) for cls in classes)


def built():
    attention = [LAYERS.Attention(), LAYERS.AdditiveAttention()]
    heads = [LAYERS.MultiHeadAttention(2, 3), LAYERS.GroupQueryAttention(3, 4, 2)]
    others = [LAYERS.Dense(2), LAYERS.EinsumDense("abc,cd->abd", (None, 2)), LAYERS.Conv1D(2, 2)]
    for layer in attention:
        layer([X, X])
    for layer in heads:
        layer(X, X)
    for layer in others:
        layer(X)
    for layer, shape in (
        (LAYERS.Conv2D(2, 2), (1, 4, 4, 2)),
        (LAYERS.Conv3D(2, 2), (1, 4, 4, 4, 2)),
    ):
        layer(np.ones(shape, "float32"))
        others.append(layer)
    table = LAYERS.Embedding(3, 2)
    table.build()
    cells = [getattr(LAYERS, name)(3) for name in ("LSTMCell", "GRUCell", "SimpleRNNCell")]
    layers = [*attention, *heads, *others, *cells, table]
    found = {type(layer).__name__: layer for layer in layers}
    return {**found, "GroupQueryAttention": heads[1], "Layer": LAYERS.Layer()}


def test_every_name_of_the_table_exists():
    layers, names = built(), list(kept())
    assert len(names) > 50
    assert [(cls, name) for cls, name in names if not hasattr(layers[cls], name)] == []

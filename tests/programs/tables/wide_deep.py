"""Wide, deep and cross networks over lookups and embeddings of text columns, fed by dicts."""

import math

import numpy as np
from common import keras, report, same_start

layers = keras.layers

rng = np.random.default_rng(0)
NUMERIC = ["elevation", "slope"]
CATEGORICAL = {"area": ["a1", "a2", "a3"], "soil": [f"s{n}" for n in range(7)]}
COUNT = 53
data = {name: rng.normal(size=COUNT).astype("float32") for name in NUMERIC}
data |= {name: rng.choice(words, COUNT) for name, words in CATEGORICAL.items()}
labels = rng.integers(0, 3, COUNT)


def create_model_inputs():
    inputs = {}
    for name in [*NUMERIC, *CATEGORICAL]:
        dtype = "float32" if name in NUMERIC else "string"
        inputs[name] = layers.Input(name=name, shape=(), dtype=dtype)
    return inputs


def encode_inputs(inputs, use_embedding=False):
    encoded = []
    for name in inputs:
        if name not in CATEGORICAL:
            encoded.append(keras.ops.expand_dims(inputs[name], -1))
            continue
        vocabulary = CATEGORICAL[name]
        lookup = layers.StringLookup(
            vocabulary=vocabulary, mask_token=None, num_oov_indices=0,
            output_mode="int" if use_embedding else "binary",
        )  # fmt: skip
        if use_embedding:
            dims = int(math.sqrt(len(vocabulary)))
            encoded.append(layers.Embedding(len(vocabulary), dims)(lookup(inputs[name])))
        else:
            encoded.append(lookup(keras.ops.expand_dims(inputs[name], -1)))
    return layers.concatenate(encoded)


def wide_and_deep():
    inputs = create_model_inputs()
    wide = layers.BatchNormalization()(encode_inputs(inputs))
    deep = encode_inputs(inputs, use_embedding=True)
    for units in (8, 8):
        deep = layers.Dense(units)(deep)
        deep = layers.ReLU()(layers.BatchNormalization()(deep))
    outputs = layers.Dense(3, activation="softmax")(layers.concatenate([wide, deep]))
    return keras.Model(inputs=inputs, outputs=outputs)


def deep_and_cross():
    inputs = create_model_inputs()
    x0 = encode_inputs(inputs, use_embedding=True)
    cross = x0
    for _ in range(2):
        cross = x0 * layers.Dense(cross.shape[-1])(cross) + cross
    cross = layers.BatchNormalization()(cross)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(cross))


results = {}
for make in (wide_and_deep, deep_and_cross):
    model = same_start(make())
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
    )
    history = model.fit(data, labels, epochs=2, batch_size=16, verbose=0, validation_split=0.2)
    results[make.__name__] = {
        "finite": bool(np.isfinite(history.history["loss"]).all()),
        "sums": model.predict(data, verbose=0).sum(axis=-1)[:4],
        "evaluated": sorted(model.evaluate(data, labels, verbose=0, return_dict=True)),
    }
report(**results)

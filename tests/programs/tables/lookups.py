"""Structured data end to end: lookups, hashing, discretization, normalization in the model."""

import numpy as np
from common import keras, report, same_start

layers = keras.layers

rng = np.random.default_rng(0)
COUNT = 50
data = {
    "age": rng.integers(18, 90, COUNT).astype("float32"),
    "work": rng.choice(["private", "state", "none", "own"], COUNT),
    "code": rng.integers(100, 104, COUNT),
    "country": rng.choice(["fr", "it", "de"], COUNT),
}
labels = (data["age"] > 50).astype("float32")


def encode_numerical_feature(feature, name):
    normalizer = layers.Normalization(axis=None)
    normalizer.adapt(data[name])
    return normalizer(feature)


def encode_categorical_feature(feature, name, is_string):
    lookup_class = layers.StringLookup if is_string else layers.IntegerLookup
    lookup = lookup_class(output_mode="binary" if is_string else "one_hot")
    lookup.adapt(data[name])
    return lookup(feature)


age = keras.Input(shape=(1,), name="age")
work = keras.Input(shape=(1,), name="work", dtype="string")
code = keras.Input(shape=(1,), name="code", dtype="int64")
country = keras.Input(shape=(1,), name="country", dtype="string")
buckets = layers.Discretization(bin_boundaries=[30, 50, 70], output_mode="one_hot")(age)
hashed = layers.Hashing(num_bins=8, output_mode="one_hot")(country)
all_features = layers.concatenate(
    [
        encode_numerical_feature(age, "age"),
        encode_categorical_feature(work, "work", True),
        encode_categorical_feature(code, "code", False),
        layers.CategoryEncoding(num_tokens=104, output_mode="one_hot")(code),
        buckets,
        hashed,
    ]
)
x = layers.Dropout(0.0)(layers.Dense(16, activation="relu")(all_features))
model = same_start(
    keras.Model([age, work, code, country], layers.Dense(1, activation="sigmoid")(x))
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(data, labels, epochs=3, batch_size=16, verbose=0)
model.save("table.keras")
again = keras.models.load_model("table.keras")
row = {"age": 60.0, "work": "private", "code": 101, "country": "it"}
row = {
    name: keras.ops.convert_to_tensor([value]) if not isinstance(value, str) else np.array([value])
    for name, value in row.items()
}
first, second = model.predict(row, verbose=0), again.predict(row, verbose=0)
report(
    learns=bool(history.history["loss"][-1] < history.history["loss"][0]),
    same=bool(np.allclose(first, second)),
    shape=list(first.shape),
    features=list(all_features.shape),
)

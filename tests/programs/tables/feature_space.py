"""Structured data: a FeatureSpace with normalized, categorical, hashed and crossed features."""

import numpy as np
from common import keras, report, same_start

FeatureSpace = keras.utils.FeatureSpace

rng = np.random.default_rng(0)
COUNT = 40
table = {
    "sex": rng.integers(0, 2, COUNT),
    "ca": rng.integers(0, 4, COUNT),
    "thal": rng.choice(["fixed", "normal", "reversible"], COUNT),
    "age": rng.integers(29, 70, COUNT).astype("float32"),
    "chol": rng.normal(240, 40, COUNT).astype("float32"),
    "slope": rng.integers(1, 4, COUNT),
}
target = rng.integers(0, 2, COUNT)

feature_space = FeatureSpace(
    features={
        "sex": FeatureSpace.integer_categorical(num_oov_indices=0),
        "ca": "integer_categorical",
        "thal": FeatureSpace.string_categorical(num_oov_indices=1),
        "age": FeatureSpace.float_discretized(num_bins=5),
        "chol": "float_normalized",
        "slope": FeatureSpace.float_rescaled(scale=0.25),
    },
    crosses=[
        FeatureSpace.cross(feature_names=("sex", "ca"), crossing_dim=16),
        FeatureSpace.cross(feature_names=("thal", "ca"), crossing_dim=8),
    ],
    output_mode="concat",
)
feature_space.adapt(table)
encoded = feature_space(table)

dict_inputs = feature_space.get_inputs()
encoded_features = feature_space.get_encoded_features()
x = keras.layers.Dense(16, activation="relu")(encoded_features)
x = keras.layers.Dropout(0.0)(x)
predictions = keras.layers.Dense(1, activation="sigmoid")(x)
training_model = same_start(keras.Model(inputs=encoded_features, outputs=predictions))
inference_model = keras.Model(inputs=dict_inputs, outputs=predictions)
training_model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = training_model.fit(np.asarray(encoded), target, epochs=3, batch_size=16, verbose=0)
sample = {"sex": 1, "ca": 0, "thal": "fixed", "age": 60.0, "chol": 233.0, "slope": 3}
prediction = inference_model.predict({name: np.array([value]) for name, value in sample.items()})
report(
    encoded=list(np.asarray(encoded).shape),
    keys=sorted(history.history),
    inputs=sorted(dict_inputs),
    finite=bool(np.isfinite(prediction).all()),
    shape=list(prediction.shape),
)

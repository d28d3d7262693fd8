"""A capsule network: routing by agreement between two layers of capsules, a margin loss."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops


def squash(vectors):
    squared = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
    return squared / (1 + squared) * vectors / ops.sqrt(squared + 1e-7)


class CapsuleLayer(layers.Layer):
    def __init__(self, num_capsules, dim_capsules, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsules, self.dim_capsules = num_capsules, dim_capsules
        self.routings = routings

    def build(self, input_shape):
        _, num_inputs, dim_inputs = input_shape
        self.kernel = self.add_weight(
            shape=(self.num_capsules, num_inputs, self.dim_capsules, dim_inputs),
            initializer="glorot_uniform",
            name="kernel",
        )

    def call(self, inputs):
        votes = ops.einsum("jide,bie->bjid", self.kernel, inputs)
        logits = ops.zeros_like(votes[..., 0])
        for step in range(self.routings):
            shares = ops.softmax(logits, axis=1)
            outputs = squash(ops.einsum("bji,bjid->bjd", shares, votes))
            if step < self.routings - 1:
                logits = logits + ops.einsum("bjd,bjid->bji", outputs, votes)
        return outputs

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.num_capsules, self.dim_capsules)


class Length(layers.Layer):
    def call(self, inputs):
        return ops.sqrt(ops.sum(ops.square(inputs), axis=-1) + 1e-7)


def margin_loss(y_true, y_pred):
    present = y_true * ops.square(ops.maximum(0.0, 0.9 - y_pred))
    absent = 0.5 * (1 - y_true) * ops.square(ops.maximum(0.0, y_pred - 0.1))
    return ops.mean(ops.sum(present + absent, axis=1))


model = keras.Sequential(
    [
        layers.Conv2D(8, 5, activation="relu"),
        layers.Conv2D(8, 3, strides=2),
        layers.Reshape((-1, 4)),
        layers.Lambda(squash),
        CapsuleLayer(3, 4, name="digits"),
        Length(),
    ]
)
rng = np.random.default_rng(0)
images = rng.uniform(size=(20, 10, 10, 1)).astype("float32")
targets = np.eye(3, dtype="float32")[rng.integers(0, 3, 20)]
model(images[:1])
same_start(model)
model.compile(keras.optimizers.SGD(0.5), loss=margin_loss, metrics=["categorical_accuracy"])
history = model.fit(images, targets, epochs=2, batch_size=8, shuffle=False, verbose=0)
report(
    history=history.history,
    lengths=model.predict(images[:3], verbose=0),
    parameters=model.count_params(),
)

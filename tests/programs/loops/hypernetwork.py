"""One network writes the weights of another; layers with variables shared and tied by hand."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops


class HyperDense(layers.Layer):
    """A dense layer whose kernel and bias are the output of an inner network."""

    def __init__(self, units, context_width=4):
        super().__init__()
        self.units = units
        self.context_width = context_width

    def build(self, input_shape):
        features = input_shape[0][-1]
        self.features = features
        self.writer = keras.Sequential(
            [layers.Dense(8, activation="relu"), layers.Dense((features + 1) * self.units)]
        )

    def call(self, inputs):
        x, context = inputs
        weights = self.writer(context)
        kernel = ops.reshape(
            weights[:, : self.features * self.units], (-1, self.features, self.units)
        )
        bias = weights[:, self.features * self.units :]
        return ops.einsum("bi,bio->bo", x, kernel) + bias


class Tied(layers.Layer):
    """Projects back through the transposed table of an embedding."""

    def __init__(self, embedding):
        super().__init__()
        self.embedding = embedding

    def call(self, x):
        return ops.matmul(x, ops.transpose(self.embedding.embeddings))


class ComputeSum(layers.Layer):
    """State that is not trained, kept across calls."""

    def __init__(self, input_dim):
        super().__init__()
        self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

    def call(self, inputs):
        self.total.assign(self.total + ops.sum(inputs, axis=0))
        return inputs


x_in, context_in, ids_in = keras.Input((3,)), keras.Input((4,)), keras.Input((5,), dtype="int32")
embedding = layers.Embedding(7, 6)
hyper = HyperDense(6)([ComputeSum(3)(x_in), context_in])
words = layers.GlobalAveragePooling1D()(embedding(ids_in))
logits = Tied(embedding)(layers.multiply([hyper, words]))
model = same_start(keras.Model([x_in, context_in, ids_in], logits))

rng = np.random.default_rng(0)
x, context = rng.normal(size=(24, 3)).astype("float32"), rng.normal(size=(24, 4)).astype("float32")
ids, labels = rng.integers(0, 7, (24, 5)), rng.integers(0, 7, 24)
model.compile(
    "adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
)
history = model.fit([x, context, ids], labels, epochs=2, batch_size=10, shuffle=False, verbose=0)
total = next(layer for layer in model.layers if isinstance(layer, ComputeSum)).total
report(
    history=history.history,
    total=total,
    expected=2 * x.sum(axis=0),
    logits=model.predict([x[:2], context[:2], ids[:2]], verbose=0),
    trainable=len(model.trainable_weights),
    frozen=len(model.non_trainable_weights),
)

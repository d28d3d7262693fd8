"""A compact convolutional transformer: convolutions, stochastic depth, pooling by attention."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops


class Tokenizer(layers.Layer):
    def __init__(self, channels=(8, 16), **kwargs):
        super().__init__(**kwargs)
        self.body = keras.Sequential()
        for filters in channels:
            self.body.add(
                layers.Conv2D(filters, 3, 1, padding="valid", use_bias=False, activation="relu")
            )
            self.body.add(layers.ZeroPadding2D(1))
            self.body.add(layers.MaxPooling2D(3, 2, "same"))

    def call(self, images):
        outputs = self.body(images)
        shape = ops.shape(outputs)
        return ops.reshape(outputs, (-1, shape[1] * shape[2], shape[-1]))


class PositionEmbedding(layers.Layer):
    def __init__(self, length, initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.length = length
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape):
        self.positions = self.add_weight(
            name="embeddings",
            shape=[self.length, input_shape[-1]],
            initializer=self.initializer,
            trainable=True,
        )

    def call(self, inputs, start_index=0):
        shape = ops.shape(inputs)
        positions = ops.convert_to_tensor(self.positions)
        positions = ops.slice(positions, (start_index, 0), (shape[-2], shape[-1]))
        return ops.broadcast_to(positions, shape)

    def compute_output_shape(self, input_shape):
        return input_shape


class StochasticDepth(layers.Layer):
    def __init__(self, drop_prob, **kwargs):
        super().__init__(**kwargs)
        self.drop_prob = drop_prob
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, x, training=None):
        if training:
            keep = 1 - self.drop_prob
            shape = (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1)
            noise = keep + keras.random.uniform(shape, 0, 1, seed=self.seed_generator)
            return (x / keep) * ops.floor(noise)
        return x


class SequencePooling(layers.Layer):
    def __init__(self):
        super().__init__()
        self.attention = layers.Dense(1)

    def call(self, x):
        weights = ops.transpose(ops.softmax(self.attention(x), axis=1), axes=(0, 2, 1))
        return ops.squeeze(ops.matmul(weights, x), axis=-2)


inputs = layers.Input((20, 20, 3))
augmented = keras.Sequential([layers.Rescaling(scale=1.0 / 255), layers.RandomFlip("horizontal")])(
    inputs
)
tokens = Tokenizer()(augmented)
tokens += PositionEmbedding(length=tokens.shape[1])(tokens)
for rate in np.linspace(0, 0.2, 2):
    x = layers.LayerNormalization(epsilon=1e-5)(tokens)
    x = layers.MultiHeadAttention(num_heads=2, key_dim=16, dropout=0.1)(x, x)
    x = layers.Add()([StochasticDepth(float(rate))(x), tokens])
    y = layers.Dense(32, activation=ops.gelu)(layers.LayerNormalization(epsilon=1e-5)(x))
    tokens = layers.Add()([x, StochasticDepth(float(rate))(layers.Dense(16)(y))])
logits = layers.Dense(3)(SequencePooling()(layers.LayerNormalization(epsilon=1e-5)(tokens)))
model = same_start(keras.Model(inputs=inputs, outputs=logits))

rng = np.random.default_rng(0)
images = rng.integers(0, 255, (26, 20, 20, 3)).astype("float32")
labels = keras.utils.to_categorical(rng.integers(0, 3, 26), 3)
before = model.predict(images[:3])
model.compile(
    optimizer=keras.optimizers.AdamW(1e-3),
    loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)
evaluated = model.evaluate(images, labels, batch_size=8, return_dict=True)
history = model.fit(images, labels, batch_size=8, epochs=1, validation_split=0.1)
report(
    before=before,
    evaluated=evaluated,
    keys=sorted(history.history),
    finite=bool(np.isfinite(history.history["loss"]).all()),
    weights=[str(list(w.shape)) for w in model.weights],
    tokens=list(tokens.shape),
)

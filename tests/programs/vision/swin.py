"""Shifted windows of attention: tokens move by `roll`, and a bias table is read by `take`."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops


def window_partition(x, size):
    _, height, width, channels = x.shape
    x = ops.reshape(x, (-1, height // size, size, width // size, size, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, size, size, channels))


def window_reverse(windows, size, height, width, channels):
    x = ops.reshape(windows, (-1, height // size, width // size, size, size, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, height, width, channels))


class WindowAttention(layers.Layer):
    def __init__(self, dim, window, heads, **kwargs):
        super().__init__(**kwargs)
        self.dim, self.window, self.heads = dim, window, heads
        self.scale = (dim // heads) ** -0.5
        self.qkv = layers.Dense(dim * 3, use_bias=True)
        self.proj = layers.Dense(dim)

    def build(self, input_shape):
        size = self.window
        self.bias_table = self.add_weight(
            shape=((2 * size - 1) ** 2, self.heads), initializer="zeros", name="bias_table"
        )
        grid = np.stack(np.meshgrid(np.arange(size), np.arange(size), indexing="ij")).reshape(2, -1)
        relative = grid[:, :, None] - grid[:, None, :] + size - 1
        self.index = self.add_weight(
            shape=(size**2, size**2),
            dtype="int32",
            trainable=False,
            name="index",
            initializer=lambda shape, dtype: ops.cast(
                relative[0] * (2 * size - 1) + relative[1], dtype
            ),
        )
        self.qkv.build(input_shape)
        self.proj.build(input_shape)

    def call(self, x, mask=None):
        _, tokens, channels = x.shape
        qkv = ops.reshape(self.qkv(x), (-1, tokens, 3, self.heads, channels // self.heads))
        q, k, v = ops.transpose(qkv, (2, 0, 3, 1, 4))
        scores = (q * self.scale) @ ops.transpose(k, (0, 1, 3, 2))
        bias = ops.take(self.bias_table, ops.reshape(self.index, (-1,)), axis=0)
        bias = ops.transpose(ops.reshape(bias, (tokens, tokens, -1)), (2, 0, 1))
        scores = scores + ops.expand_dims(bias, axis=0)
        if mask is not None:
            windows = mask.shape[0]
            scores = ops.reshape(scores, (-1, windows, self.heads, tokens, tokens))
            scores += ops.cast(ops.expand_dims(ops.expand_dims(mask, 1), 0), scores.dtype)
            scores = ops.reshape(scores, (-1, self.heads, tokens, tokens))
        out = keras.activations.softmax(scores, axis=-1) @ v
        out = ops.reshape(ops.transpose(out, (0, 2, 1, 3)), (-1, tokens, channels))
        return self.proj(out)


class SwinBlock(layers.Layer):
    def __init__(self, dim, resolution, window, shift, heads=2):
        super().__init__()
        self.resolution, self.window, self.shift = resolution, window, shift
        self.norm1 = layers.LayerNormalization(epsilon=1e-5)
        self.attention = WindowAttention(dim, window, heads)
        self.norm2 = layers.LayerNormalization(epsilon=1e-5)
        self.mlp = keras.Sequential(
            [layers.Dense(2 * dim), layers.Activation("gelu"), layers.Dense(dim)]
        )

    def build(self, input_shape):
        self.mask = None
        if self.shift:
            regions = np.zeros((1, *self.resolution, 1), "float32")
            cuts = (
                slice(0, -self.window),
                slice(-self.window, -self.shift),
                slice(-self.shift, None),
            )
            for number, (rows, columns) in enumerate((r, c) for r in cuts for c in cuts):
                regions[:, rows, columns, :] = number
            ids = np.asarray(window_partition(regions, self.window)).reshape(-1, self.window**2)
            self.mask = keras.Variable(
                np.where(ids[:, None] != ids[:, :, None], -100.0, 0.0), trainable=False
            )

    def call(self, x, training=False):
        height, width = self.resolution
        _, _, channels = x.shape
        skip = x
        x = ops.reshape(self.norm1(x), (-1, height, width, channels))
        if self.shift:
            x = ops.roll(x, shift=(-self.shift, -self.shift), axis=(1, 2))
        windows = ops.reshape(window_partition(x, self.window), (-1, self.window**2, channels))
        attended = ops.reshape(
            self.attention(windows, mask=self.mask), (-1, self.window, self.window, channels)
        )
        x = window_reverse(attended, self.window, height, width, channels)
        if self.shift:
            x = ops.roll(x, shift=(self.shift, self.shift), axis=(1, 2))
        x = skip + ops.reshape(x, (-1, height * width, channels))
        return x + self.mlp(self.norm2(x), training=training)


class PatchMerging(layers.Layer):
    def __init__(self, resolution, dim):
        super().__init__()
        self.resolution = resolution
        self.linear = layers.Dense(2 * dim, use_bias=False)

    def call(self, x):
        height, width = self.resolution
        x = ops.reshape(x, (-1, height, width, x.shape[-1]))
        corners = [x[:, i::2, j::2, :] for j in (0, 1) for i in (0, 1)]
        x = ops.concatenate(corners, axis=-1)
        return self.linear(ops.reshape(x, (-1, (height // 2) * (width // 2), x.shape[-1])))


inputs = keras.Input((16, 16, 3))
x = ops.image.extract_patches(inputs, size=(2, 2), strides=(2, 2), dilation_rate=1, padding="valid")
x = layers.Dense(8)(layers.Reshape((64, 12))(x))
x = SwinBlock(8, (8, 8), window=4, shift=0)(x)
x = SwinBlock(8, (8, 8), window=4, shift=2)(x)
x = PatchMerging((8, 8), 8)(x)
outputs = layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling1D()(x))
model = same_start(keras.Model(inputs, outputs))
model.compile(
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-4, clipnorm=1.0),
    metrics=["accuracy"],
)
rng = np.random.default_rng(0)
images, labels = rng.uniform(size=(21, 16, 16, 3)), rng.integers(0, 4, 21)
history = model.fit(
    images, keras.utils.to_categorical(labels, 4), batch_size=8, epochs=2, shuffle=False
)
report(
    history=history.history,
    outputs=model.predict(images[:3]),
    merged=PatchMerging((8, 8), 8)(np.ones((3, 64, 8))).shape,
)

"""Sub-pixel super-resolution on images of any size, with a callback that measures PSNR."""

import math

import numpy as np
from common import keras, report, same_start, summary_of

layers, ops = keras.layers, keras.ops


class DepthToSpace(layers.Layer):
    def __init__(self, block_size):
        super().__init__()
        self.block_size = block_size

    def call(self, inputs):
        batch, height, width, depth = ops.shape(inputs)
        depth = depth // (self.block_size**2)
        x = ops.reshape(inputs, [batch, height, width, self.block_size, self.block_size, depth])
        x = ops.transpose(x, [0, 1, 3, 2, 4, 5])
        return ops.reshape(x, [batch, height * self.block_size, width * self.block_size, depth])


def get_model(upscale_factor=3, channels=1):
    conv = {"activation": "relu", "kernel_initializer": "orthogonal", "padding": "same"}
    inputs = keras.Input(shape=(None, None, channels))
    x = layers.Conv2D(8, 5, **conv)(inputs)
    x = layers.Conv2D(8, 3, **conv)(x)
    x = layers.Conv2D(channels * (upscale_factor**2), 3, **conv)(x)
    return keras.Model(inputs, DepthToSpace(upscale_factor)(x))


class PSNR(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.values = []

    def on_epoch_begin(self, epoch, logs=None):
        self.psnr = []

    def on_test_batch_end(self, batch, logs=None):
        self.psnr.append(10 * math.log10(1 / logs["loss"]))

    def on_epoch_end(self, epoch, logs=None):
        self.values.append(np.mean(self.psnr))


rng = np.random.default_rng(0)
large = rng.uniform(size=(20, 24, 24, 1)).astype("float32")
small = np.asarray(ops.image.resize(large, (8, 8), interpolation="bilinear"))
model = same_start(get_model())
psnr = PSNR()
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.001), loss=keras.losses.MeanSquaredError()
)
history = model.fit(
    small,
    large,
    epochs=3,
    batch_size=4,
    validation_split=0.2,
    shuffle=False,
    verbose=0,
    callbacks=[psnr],
)
other = model.predict(rng.uniform(size=(2, 5, 7, 1)), verbose=0)
report(
    history=history.history,
    psnr=psnr.values,
    other=summary_of(other),
    output=[str(size) for size in model.output_shape],
)

"""PixelCNN: a masked convolution that wraps a convolution, residual blocks, sampling by pixel."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops
SHAPE = (6, 6, 1)


class PixelConvLayer(layers.Layer):
    def __init__(self, mask_type, **kwargs):
        super().__init__()
        self.mask_type = mask_type
        self.conv = layers.Conv2D(**kwargs)

    def build(self, input_shape):
        self.conv.build(input_shape)
        kernel_shape = ops.shape(self.conv.kernel)
        self.mask = np.zeros(shape=kernel_shape)
        self.mask[: kernel_shape[0] // 2, ...] = 1.0
        self.mask[kernel_shape[0] // 2, : kernel_shape[1] // 2, ...] = 1.0
        if self.mask_type == "B":
            self.mask[kernel_shape[0] // 2, kernel_shape[1] // 2, ...] = 1.0

    def call(self, inputs):
        self.conv.kernel.assign(self.conv.kernel * self.mask)
        return self.conv(inputs)


class ResidualBlock(keras.layers.Layer):
    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = layers.Conv2D(filters=filters, kernel_size=1, activation="relu")
        self.pixel_conv = PixelConvLayer(
            mask_type="B", filters=filters // 2, kernel_size=3, activation="relu", padding="same"
        )
        self.conv2 = layers.Conv2D(filters=filters, kernel_size=1, activation="relu")

    def call(self, inputs):
        return keras.layers.add([inputs, self.conv2(self.pixel_conv(self.conv1(inputs)))])


inputs = keras.Input(shape=SHAPE, batch_size=8)
x = PixelConvLayer(mask_type="A", filters=8, kernel_size=5, activation="relu", padding="same")(
    inputs
)
for _ in range(2):
    x = ResidualBlock(filters=8)(x)
x = PixelConvLayer(
    mask_type="B", filters=8, kernel_size=1, strides=1, activation="relu", padding="valid"
)(x)
out = keras.layers.Conv2D(filters=1, kernel_size=1, activation="sigmoid", padding="valid")(x)
pixel_cnn = keras.Model(inputs, out)
same_start(pixel_cnn)
pixel_cnn.compile(optimizer=keras.optimizers.Adam(learning_rate=0.0005), loss="binary_crossentropy")

rng = np.random.default_rng(0)
data = np.where(rng.uniform(size=(20, *SHAPE)) < 0.4, 0.0, 1.0)
history = pixel_cnn.fit(
    data, data, batch_size=8, epochs=2, validation_split=0.2, shuffle=False, verbose=2
)

pixels = np.zeros(shape=(4, *SHAPE))
batch, rows, columns, channels = pixels.shape
for row in range(2):
    for column in range(columns):
        probabilities = pixel_cnn.predict(pixels, verbose=0)[:, row, column, :]
        pixels[:, row, column, :] = ops.ceil(probabilities - 0.5)
kernel = np.asarray(pixel_cnn.layers[1].conv.kernel)
report(
    history=history.history,
    pixels=pixels[0, :2, :, 0],
    kernel=kernel[0, 0, 0, :3],
)

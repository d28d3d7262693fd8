"""The workloads' models in the Keras API, for whichever module offers it.

Every function takes the module, `keras` or `cornu`, so all engines run the same lines.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from harness.workloads import TOKENS


def build(keras: ModuleType, name: str) -> Any:
    """Return the compiled model of the workload called `name`."""
    model = MODELS[name](keras)
    one_unit = model.output_shape[-1] == 1
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss="binary_crossentropy" if one_unit else "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def mlp_small(keras: ModuleType) -> Any:
    return keras.Sequential(
        [
            keras.Input(shape=(8,)),
            keras.layers.Dense(12, activation="relu"),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def mlp_mnist(keras: ModuleType) -> Any:
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def cnn_mnist(keras: ModuleType) -> Any:
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def lstm_imdb(keras: ModuleType) -> Any:
    return keras.Sequential(
        [
            keras.Input(shape=(100,), dtype="int32"),
            keras.layers.Embedding(TOKENS, 128),
            keras.layers.LSTM(64),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def resnet_cifar(keras: ModuleType) -> Any:
    """ResNet-20 (He et al., 2016), with projections where the shape changes."""
    layers = keras.layers

    def convolution(x: Any, filters: int, size: int, strides: int) -> Any:
        x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.ReLU()(convolution(inputs, 16, 3, 1))
    for filters in (16, 32, 64):
        for block in range(3):
            strides = 2 if filters > 16 and block == 0 else 1
            shortcut = x if strides == 1 else convolution(x, filters, 1, strides)
            x = layers.ReLU()(convolution(x, filters, 3, strides))
            x = layers.Add()([convolution(x, filters, 3, 1), shortcut])
            x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def transformer(keras: ModuleType) -> Any:
    """Encoder of width 128 with 4 heads and learned positions, as a text classifier."""
    layers = keras.layers

    class Positions(layers.Layer):
        def build(self, input_shape: tuple) -> None:
            self.table = self.add_weight(shape=tuple(input_shape[1:]), name="table")

        def call(self, x: Any) -> Any:
            return x + self.table

    inputs = keras.Input(shape=(128,), dtype="int32")
    x = Positions()(layers.Embedding(TOKENS, 128)(inputs))
    for _ in range(2):
        attended = layers.MultiHeadAttention(num_heads=4, key_dim=32)(x, x)
        x = layers.LayerNormalization()(layers.Add()([x, layers.Dropout(0.1)(attended)]))
        hidden = layers.Dense(128)(layers.Dense(512, activation="relu")(x))
        x = layers.LayerNormalization()(layers.Add()([x, layers.Dropout(0.1)(hidden)]))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(x))


MODELS = {
    "mlp_small": mlp_small,
    "mlp_mnist": mlp_mnist,
    "cnn_mnist": cnn_mnist,
    "lstm_imdb": lstm_imdb,
    "resnet_cifar": resnet_cifar,
    "transformer": transformer,
}

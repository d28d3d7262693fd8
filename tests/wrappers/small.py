"""Functions that make models of a few weights, where pickles find them."""

import cornu as keras


def classifier(X, y, units=3, rate=0.1):
    """A network whose outputs and loss suit the targets."""
    labels = (y.sum(axis=1) != 1).any()
    model = keras.Sequential(
        [
            keras.Input(X.shape[1:]),
            keras.layers.Dense(units, "tanh"),
            keras.layers.Dense(y.shape[1], "sigmoid" if labels else "softmax"),
        ]
    )
    loss = "binary_crossentropy" if labels else "categorical_crossentropy"
    model.compile(keras.optimizers.Adam(rate), loss, jit_compile=False)
    return model


def one_output(from_logits=False):
    """A classifier of two classes with one output, for two features."""
    activation = None if from_logits else "sigmoid"
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation)])
    loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)
    model.compile(keras.optimizers.Adam(0.1), loss, jit_compile=False)
    return model


def sparse():
    """A classifier of three classes that is trained with their numbers, for two features."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy", jit_compile=False)
    return model


def regressor(units=1):
    """A linear regression of two features."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])
    model.compile(keras.optimizers.Adam(0.1), "mse", jit_compile=False)
    return model

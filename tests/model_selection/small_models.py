"""Models of a few weights, at the top level of a module so that other processes find them."""

import numpy as np

import cornu as keras

X = np.random.default_rng(0).normal(size=(26, 3)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("float32")


def perceptron():
    """Two layers with dropout, so that every kind of state is there."""
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def linear():
    """One layer."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def uncompiled():
    """A model that was not compiled."""
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])

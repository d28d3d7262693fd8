"""Hooks come in Keras's order, with the same arguments."""

import keras
import numpy as np
import pytest

import cornu

X = np.linspace(-1, 1, 14, dtype="float32").reshape(7, 2)
Y = X.sum(1, keepdims=True)

EPOCH = ["on_epoch_begin", "on_epoch_end"]
BATCH = [
    f"on_{kind}_batch_{end}" for kind in ("train", "test", "predict") for end in ("begin", "end")
]
WHOLE = [f"on_{kind}_{end}" for kind in ("train", "test", "predict") for end in ("begin", "end")]


def recorder(module, calls, name):
    """A callback that writes down each hook, its number and the names in its logs."""

    def numbered(hook):
        return lambda self, index, logs=None: calls.append((name, hook, index, sorted(logs)))

    def plain(hook):
        return lambda self, logs=None: calls.append((name, hook, sorted(logs)))

    hooks = {hook: numbered(hook) for hook in EPOCH + BATCH}
    hooks |= {hook: plain(hook) for hook in WHOLE}
    hooks["set_params"] = lambda self, params: calls.append((name, "set_params", dict(params)))
    return type("Recorder", (module.callbacks.Callback,), hooks)()


def compiled_model(module):
    model = module.Sequential([module.layers.Input((2,)), module.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def recorded(module, action):
    calls = []
    action(compiled_model(module), [recorder(module, calls, "a"), recorder(module, calls, "b")])
    return calls


ACTIONS = {
    "fit": lambda m, c: m.fit(X, Y, batch_size=3, epochs=2, verbose=0, callbacks=c),
    "fit with validation": lambda m, c: m.fit(
        X, Y, batch_size=3, epochs=2, validation_data=(X, Y), verbose=0, callbacks=c
    ),
    "fit with validation every second epoch": lambda m, c: m.fit(
        X, Y, epochs=3, validation_data=(X, Y), validation_freq=2, verbose=0, callbacks=c
    ),
    "fit from a later epoch": lambda m, c: m.fit(
        X, Y, initial_epoch=1, epochs=3, verbose=0, callbacks=c
    ),
    "evaluate": lambda m, c: m.evaluate(X, Y, batch_size=3, verbose=0, callbacks=c),
    "predict": lambda m, c: m.predict(X, batch_size=3, verbose=0, callbacks=c),
}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_hooks_are_called_as_keras_calls_them(action):
    assert recorded(cornu, action) == recorded(keras, action)

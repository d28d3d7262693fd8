"""Callbacks decide as Keras's do, over tables of values."""

import warnings
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import cornu


class FakeModel:
    """What the callbacks ask of a model."""

    def __init__(self):
        self.stop_training = False
        self.metrics = []
        self.weights = [np.zeros(1)]
        self.optimizer = SimpleNamespace(learning_rate=np.float64(0.1), iterations=0)

    def get_weights(self):
        return [np.array(weight) for weight in self.weights]

    def set_weights(self, weights):
        self.weights = [np.array(weight) for weight in weights]


def run(callback, values, monitor="val_loss"):
    """The state after each epoch, up to the stop, and the weights at the end."""
    model, states = FakeModel(), []
    callback.set_params({"epochs": len(values), "steps": 1, "verbose": 0})
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        model.weights = [np.full(1, epoch, "float64")]
        callback.on_epoch_end(epoch, {"loss": 1.0} if value is None else {monitor: value})
        names = ("wait", "best", "stopped_epoch", "best_epoch", "cooldown_counter")
        state = {name: getattr(callback, name, None) for name in names}
        states.append({**state, "rate": round(float(model.optimizer.learning_rate), 9)})
        if model.stop_training:
            break
    callback.on_train_end()
    return states, float(model.weights[0][0])


NAN = float("nan")
EARLY_STOPPING = [
    ({}, [3, 2, 2, 1]),
    ({"patience": 2, "restore_best_weights": True}, [3, 2, 4, 5, 6]),
    ({"patience": 5, "restore_best_weights": True}, [1, 2]),
    ({"patience": 1, "baseline": 1.5, "restore_best_weights": True}, [3, 2, 2.5, 2.2]),
    ({"patience": 2, "baseline": 2.5}, [3, 2, 2.5, 2.2, 2.3, 2.4]),
    ({"patience": 1, "start_from_epoch": 2}, [1, 2, 3, 4, 5]),
    ({"min_delta": 0.5}, [3, 2.6, 2]),
    ({"min_delta": -0.5, "patience": 1}, [3, 2.6, 2, 2.5]),
    ({"mode": "max", "patience": 1}, [1, 3, 2, 1]),
    ({"patience": 1}, [None, 3, None, 4, 5]),
    ({"patience": 1, "mode": "max", "restore_best_weights": True}, [0.5, 0.5, 0.5]),
]
PLATEAU = [
    ({"patience": 1, "factor": 0.5, "cooldown": 1}, [1, 1, 1, 1, 1, 1]),
    ({"patience": 2, "cooldown": 3}, [1, 2, 3, 4, 5, 6, 7, 8]),
    ({"patience": 0, "min_lr": 0.05}, [1, 2, 3]),
    ({"patience": 1, "min_delta": 0.5}, [3, 2.6, 2.5, 1]),
    ({"patience": 1, "mode": "max"}, [1, 2, 2, 2]),
    ({"patience": 1}, [None, 1, None, 1]),
]


@pytest.mark.parametrize(("settings", "values"), EARLY_STOPPING)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_early_stopping_decides_as_keras_does(settings, values):
    ours = run(cornu.callbacks.EarlyStopping(**settings), values)
    assert ours == run(keras.callbacks.EarlyStopping(**settings), values)


@pytest.mark.parametrize(("settings", "values"), PLATEAU)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_reduce_lr_on_plateau_decides_as_keras_does(settings, values):
    ours = run(cornu.callbacks.ReduceLROnPlateau(**settings), values)
    assert ours == run(keras.callbacks.ReduceLROnPlateau(**settings), values)


X = np.linspace(-1, 1, 42, dtype="float32").reshape(21, 2)
Y = X.sum(1, keepdims=True)


def fit(module, callbacks, **settings):
    model = module.Sequential([module.layers.Input((2,)), module.layers.Dense(1)])
    model.compile(module.optimizers.SGD(0.1), "mse", metrics=["mae"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, Y, batch_size=3, epochs=3, verbose=0, callbacks=callbacks, **settings)


CHECKPOINTS = [
    ("{epoch:02d}-{batch}.keras", {"save_freq": 4}),
    ("{epoch:02d}.keras", {}),
    ("sub/{epoch}.weights.h5", {"save_weights_only": True}),
    ("{epoch}.keras", {"save_best_only": True, "monitor": "loss"}),
    ("{epoch}.keras", {"save_best_only": True, "initial_value_threshold": -1.0, "monitor": "loss"}),
    ("{epoch}.keras", {"save_best_only": True}),
]


@pytest.mark.parametrize(("name", "settings"), CHECKPOINTS)
def test_model_checkpoint_writes_the_files_that_keras_writes(tmp_path, name, settings):
    for module in (cornu, keras):
        folder = tmp_path / module.__name__
        folder.mkdir()
        fit(module, [module.callbacks.ModelCheckpoint(folder / name, **settings)])
    ours = sorted(p.relative_to(tmp_path / "cornu") for p in (tmp_path / "cornu").rglob("*"))
    theirs = sorted(p.relative_to(tmp_path / "keras") for p in (tmp_path / "keras").rglob("*"))
    assert ours == theirs


@pytest.mark.parametrize("settings", [{}, {"validation_data": (X, Y), "validation_freq": 2}])
def test_csv_logger_writes_the_columns_and_rows_that_keras_writes(tmp_path, settings):
    tables = []
    for module in (cornu, keras):
        file = tmp_path / module.__name__
        schedule = module.callbacks.LearningRateScheduler(lambda epoch: 0.5)
        fit(module, [schedule, module.callbacks.CSVLogger(file)], **settings)
        rows = [line.split(",") for line in file.read_text().splitlines()]
        tables.append([rows[0], *([row[0], *(cell == "NA" for cell in row)] for row in rows[1:])])
    assert tables[0] == tables[1]

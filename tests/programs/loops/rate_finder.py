"""Callbacks of one's own: a learning-rate finder that stops by itself, a logger of events."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops


class LRFinder(keras.callbacks.Callback):
    def __init__(self, low, high, steps, stop_factor=4.0):
        super().__init__()
        self.low, self.factor, self.stop_factor = low, (high / low) ** (1 / steps), stop_factor
        self.rates, self.losses = [], []

    def on_train_begin(self, logs=None):
        self.initial = self.model.get_weights()
        self.before = float(self.model.optimizer.learning_rate)
        self.model.optimizer.learning_rate = self.low

    def on_train_batch_end(self, batch, logs=None):
        rate = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.rates.append(rate)
        self.losses.append(logs["loss"])
        if logs["loss"] > self.stop_factor * min(self.losses):
            self.model.stop_training = True
        self.model.optimizer.learning_rate.assign(rate * self.factor)

    def on_train_end(self, logs=None):
        self.model.set_weights(self.initial)
        self.model.optimizer.learning_rate = self.before


class Record(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.events = []

    def on_epoch_begin(self, epoch, logs=None):
        self.events.append(f"epoch {epoch}")
        self.batches = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.batches += 1

    def on_test_begin(self, logs=None):
        self.events.append(f"test after {self.batches} of {self.params['steps']}")

    def on_epoch_end(self, epoch, logs=None):
        self.events.append(",".join(sorted(logs)))


rng = np.random.default_rng(0)
x = rng.normal(size=(64, 6)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int32")
model = keras.Sequential(
    [layers.Dense(12, activation="relu"), layers.Dense(2, activation="softmax")]
)
model.build((None, 6))
same_start(model)
model.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
finder = LRFinder(1e-3, 1.0, 8)
model.fit(x, y, batch_size=8, epochs=1, shuffle=False, verbose=0, callbacks=[finder])

record = Record()
printed = []
callbacks = [
    record,
    keras.callbacks.LearningRateScheduler(
        lambda epoch, rate: rate if epoch < 1 else rate * np.exp(-0.1)
    ),
    keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: printed.append(round(logs["loss"], 4))
    ),
    keras.callbacks.TerminateOnNaN(),
    keras.callbacks.CSVLogger("log.csv"),
    keras.callbacks.EarlyStopping(
        monitor="val_accuracy", mode="max", patience=5, start_from_epoch=1
    ),
]
history = model.fit(
    x,
    y,
    batch_size=16,
    epochs=3,
    shuffle=False,
    verbose=0,
    validation_split=0.25,
    callbacks=callbacks,
)
with open("log.csv") as file:
    header = file.readline().strip()
report(
    rates=finder.rates, losses=finder.losses, events=record.events, history=history.history,
    printed=printed, header=header, rate=model.optimizer.learning_rate,
)  # fmt: skip

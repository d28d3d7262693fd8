"""Forecasting: windows made by hand, recurrent and causal layers, the best weights kept."""

import numpy as np
from common import keras, report, same_start

layers = keras.layers

rng = np.random.default_rng(0)
time = np.arange(200)
series = np.stack([np.sin(time / 7), np.cos(time / 5), rng.normal(size=200)], axis=1).astype(
    "float32"
)
mean, deviation = series[:120].mean(axis=0), series[:120].std(axis=0)
series = (series - mean) / deviation
PAST, FUTURE, STEP = 24, 6, 2


def windows(array, past, future, step):
    starts = range(len(array) - past - future + 1)
    x = np.stack([array[i : i + past : step] for i in starts])
    y = np.stack([array[i + past + future - 1, :1] for i in starts])
    return x, y


x_train, y_train = windows(series[:120], PAST, FUTURE, STEP)
x_val, y_val = windows(series[120:], PAST, FUTURE, STEP)

inputs = layers.Input(shape=(x_train.shape[1], x_train.shape[2]))
lstm_out = layers.LSTM(8)(inputs)
model = same_start(keras.Model(inputs=inputs, outputs=layers.Dense(1)(lstm_out)))
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.01), loss="mse")
history = model.fit(
    x_train, y_train, batch_size=32, epochs=3, validation_data=(x_val, y_val), shuffle=False,
    verbose=0,
    callbacks=[
        keras.callbacks.EarlyStopping(monitor="val_loss", min_delta=0, patience=5),
        keras.callbacks.ModelCheckpoint(
            monitor="val_loss", filepath="best.weights.h5", verbose=1, save_weights_only=True,
            save_best_only=True,
        ),
    ],
)  # fmt: skip
model.load_weights("best.weights.h5")

# Several layers that see any length, no Input, causal and dilated.
wavenet = keras.Sequential(
    [
        layers.Conv1D(6, 2, padding="causal", dilation_rate=rate, activation="relu")
        for rate in (1, 2, 4)
    ]
    + [layers.Conv1D(1, 1)]
)
lengths = [list(wavenet(x_train[:2, :length]).shape) for length in (12, 5, 9)]
same_start(wavenet)
wavenet.compile("sgd", "mae")
sequence_loss = wavenet.fit(
    x_train, x_train[:, :, :1], epochs=1, batch_size=40, shuffle=False, verbose=0
)

rnn = keras.Sequential(
    [
        layers.LayerNormalization(),
        layers.GRU(5, return_sequences=True),
        layers.SimpleRNN(3),
        layers.Dense(2),
    ]
)
rnn.compile(loss="huber", optimizer="adam", metrics=["mae", keras.metrics.RootMeanSquaredError()])
rnn.build((None, None, 3))
same_start(rnn)
rnn_history = rnn.fit(
    x_train, np.repeat(y_train, 2, axis=1), epochs=1, batch_size=40, shuffle=False, verbose=0
)
report(
    history=history.history,
    predicted=model.predict(x_val[:4], verbose=0),
    baseline=np.mean(np.abs(x_val[:, -1, :1] - y_val)),
    lengths=lengths,
    wavenet=sequence_loss.history,
    rnn=rnn_history.history,
    best=min(history.history["val_loss"]) - model.evaluate(x_val, y_val, verbose=0),
)

"""Next-frame prediction by ConvLSTM over clips of any length."""

import numpy as np
from common import keras, report, same_start, summary_of

layers = keras.layers

rng = np.random.default_rng(0)
SIZE, FRAMES = 8, 5
clips = np.zeros((10, FRAMES + 1, SIZE, SIZE, 1), "float32")
for clip, (row, column) in zip(clips, rng.integers(0, SIZE, (10, 2))):
    for frame in range(FRAMES + 1):
        clip[frame, (row + frame) % SIZE, column] = 1.0


def create_shifted_frames(data):
    return data[:, :-1], data[:, 1:]


x_train, y_train = create_shifted_frames(clips)
inp = layers.Input(shape=(None, *x_train.shape[2:]))
x = layers.ConvLSTM2D(4, (3, 3), padding="same", return_sequences=True, activation="relu")(inp)
x = layers.BatchNormalization()(x)
x = layers.ConvLSTM2D(4, (1, 1), padding="same", return_sequences=True, activation="relu")(x)
x = layers.Conv3D(1, (3, 3, 3), activation="sigmoid", padding="same")(x)
model = same_start(keras.models.Model(inp, x))
model.compile(loss=keras.losses.binary_crossentropy, optimizer=keras.optimizers.Adam())
history = model.fit(
    x_train, y_train, batch_size=4, epochs=2, validation_split=0.2, shuffle=False, verbose=0,
    callbacks=[keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=5)],
)  # fmt: skip

frames = clips[0, :3]
for _ in range(2):
    prediction = model.predict(np.expand_dims(frames, axis=0), verbose=0)
    frames = np.concatenate((frames, prediction[0, -1:]), axis=0)
report(history=history.history, frames=list(frames.shape), last=summary_of(frames[-1]))

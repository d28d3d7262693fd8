"""Segmentation by a small U-Net that reads its batches from a PyDataset."""

import math

import numpy as np
from common import keras, report, same_start, summary_of

layers = keras.layers
SIZE = (16, 16)


class Pets(keras.utils.PyDataset):
    def __init__(self, count, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.count, self.batch_size = count, batch_size
        self.epochs_ended = 0

    def __len__(self):
        return math.ceil(self.count / self.batch_size)

    def __getitem__(self, index):
        low = index * self.batch_size
        rows = range(low, min(low + self.batch_size, self.count))
        x = np.stack([np.random.default_rng(row).uniform(size=(*SIZE, 3)) for row in rows])
        return x.astype("float32"), (x.mean(axis=-1, keepdims=True) * 2.99).astype("uint8")

    def on_epoch_end(self):
        self.epochs_ended += 1


def get_model(img_size, num_classes):
    inputs = keras.Input(shape=(*img_size, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same")(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    previous = x
    for filters in (12, 16):
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(filters, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(filters, 1, strides=2, padding="same")(previous)
        x = previous = layers.add([x, residual])
    for filters in (16, 12, 8):
        x = layers.Activation("relu")(x)
        x = layers.Conv2DTranspose(filters, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2)(x)
        residual = layers.UpSampling2D(2)(previous)
        residual = layers.Conv2D(filters, 1, padding="same")(residual)
        x = previous = layers.add([x, residual])
    return keras.Model(
        inputs, layers.Conv2D(num_classes, 3, activation="softmax", padding="same")(x)
    )


train, valid = Pets(13, 4), Pets(6, 4, workers=2, use_multiprocessing=False)
model = same_start(get_model(SIZE, 3))
model.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy", keras.metrics.MeanIoU(num_classes=3, sparse_y_pred=False)],
)
history = model.fit(train, epochs=2, validation_data=valid, verbose=2, shuffle=False)
masks = model.predict(valid)
report(
    history=history.history,
    masks=summary_of(masks),
    classes=np.bincount(np.argmax(masks, axis=-1).ravel(), minlength=3).sum(),
    told_of_epochs=train.epochs_ended >= 2,
)

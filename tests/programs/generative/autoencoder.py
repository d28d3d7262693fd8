"""Denoising convolutional autoencoder and a subclassed dense one with `encoder` and `decoder`."""

import numpy as np
from common import keras, report, same_start, summary_of

layers = keras.layers

rng = np.random.default_rng(0)
images = rng.integers(0, 255, (30, 12, 12)).astype("float32") / 255
images = np.reshape(images, (len(images), 12, 12, 1))
noisy = np.clip(images + 0.4 * rng.normal(size=images.shape), 0.0, 1.0)

inputs = layers.Input(shape=(12, 12, 1))
x = layers.Conv2D(4, (3, 3), activation="relu", padding="same")(inputs)
x = layers.MaxPooling2D((2, 2), padding="same")(x)
x = layers.Conv2D(4, (3, 3), activation="relu", padding="same")(x)
encoded = layers.MaxPooling2D((2, 2), padding="same")(x)
x = layers.Conv2DTranspose(4, (3, 3), strides=2, activation="relu", padding="same")(encoded)
x = layers.Conv2DTranspose(4, (3, 3), strides=2, activation="relu", padding="same")(x)
outputs = layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x)
autoencoder = same_start(keras.Model(inputs, outputs))
autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
clean = autoencoder.fit(
    x=images,
    y=images,
    epochs=1,
    batch_size=8,
    shuffle=False,
    validation_data=(images[:9], images[:9]),
).history
denoise = autoencoder.fit(x=noisy, y=images, epochs=1, batch_size=8, shuffle=False).history
encoder = keras.Model(inputs, encoded)


class AnomalyDetector(keras.Model):
    def __init__(self, latent):
        super().__init__()
        self.encoder = keras.Sequential([layers.Flatten(), layers.Dense(latent, activation="relu")])
        self.decoder = keras.Sequential(
            [layers.Dense(144, activation="sigmoid"), layers.Reshape((12, 12, 1))]
        )

    def call(self, x):
        return self.decoder(self.encoder(x))


detector = AnomalyDetector(6)
detector(images[:1])
same_start(detector)
detector.compile(optimizer="adam", loss="mae")
anomaly = detector.fit(images, images, epochs=2, batch_size=16, shuffle=False, verbose=0).history
reconstructions = detector.predict(images, verbose=0)
train_loss = np.asarray(
    keras.losses.mean_absolute_error(reconstructions.reshape(30, -1), images.reshape(30, -1))
)
report(
    clean=clean,
    denoise=denoise,
    encoded=summary_of(encoder.predict(images[:5], verbose=0)),
    anomaly=anomaly,
    threshold=np.mean(train_loss) + np.std(train_loss),
    code=detector.encoder(images[:7]).shape,
)

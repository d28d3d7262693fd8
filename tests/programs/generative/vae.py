"""A variational autoencoder: sampling layer, metrics of its own, two ways to train."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops
LATENT = 2


class Sampling(layers.Layer):
    """Draws z near the mean; `noise=0` makes two packages comparable."""

    def __init__(self, noise=1.0, **kwargs):
        super().__init__(**kwargs)
        self.noise = noise
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        batch, dim = ops.shape(z_mean)[0], ops.shape(z_mean)[1]
        epsilon = keras.random.normal(shape=(batch, dim), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon * self.noise


def make_encoder(noise):
    inputs = keras.Input(shape=(8, 8, 1))
    x = layers.Conv2D(4, 3, activation="relu", strides=2, padding="same")(inputs)
    x = layers.Dense(8, activation="relu")(layers.Flatten()(x))
    z_mean = layers.Dense(LATENT, name="z_mean")(x)
    z_log_var = layers.Dense(LATENT, name="z_log_var")(x)
    z = Sampling(noise)([z_mean, z_log_var])
    return keras.Model(inputs, [z_mean, z_log_var, z], name="encoder")


def make_decoder():
    latent = keras.Input(shape=(LATENT,))
    x = layers.Dense(4 * 4 * 4, activation="relu")(latent)
    x = layers.Reshape((4, 4, 4))(x)
    outputs = layers.Conv2DTranspose(1, 3, activation="sigmoid", strides=2, padding="same")(x)
    return keras.Model(latent, outputs, name="decoder")


class VAE(keras.Model):
    """Reconstruction and KL as losses that `call` adds; trackers listed by `metrics`."""

    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.total_loss_tracker = keras.metrics.Mean(name="total_loss")
        self.kl_loss_tracker = keras.metrics.Mean(name="kl_loss")

    @property
    def metrics(self):
        return [self.total_loss_tracker, self.kl_loss_tracker]

    def call(self, inputs):
        _, _, z = self.encoder(inputs)
        return self.decoder(z)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        z_mean, z_log_var, z = self.encoder(x)
        reconstruction = self.decoder(z)
        bits = keras.losses.binary_crossentropy(x, reconstruction)
        reconstruction_loss = ops.mean(ops.sum(bits, axis=(1, 2)))
        kl = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
        kl_loss = ops.mean(ops.sum(kl, axis=1))
        total = reconstruction_loss + kl_loss
        self.total_loss_tracker.update_state(total)
        self.kl_loss_tracker.update_state(kl_loss)
        return total


class AddedLossVAE(keras.Model):
    def __init__(self, noise):
        super().__init__()
        self.encoder, self.decoder = make_encoder(noise), make_decoder()

    def call(self, x):
        z_mean, z_log_var, z = self.encoder(x)
        self.add_loss(-0.5 * ops.mean(z_log_var - ops.square(z_mean) - ops.exp(z_log_var) + 1))
        return self.decoder(z)


digits = np.random.default_rng(0).uniform(size=(20, 8, 8, 1)).astype("float32")
vae = VAE(make_encoder(0.0), make_decoder())
same_start(vae.encoder), same_start(vae.decoder, 1)
vae.compile(optimizer=keras.optimizers.Adam(0.01))
history = vae.fit(digits, epochs=3, batch_size=10, shuffle=False, verbose=0).history

added = same_start(AddedLossVAE(0.0))
added.compile("adam", loss=keras.losses.MeanSquaredError())
added_history = added.fit(digits, digits, epochs=2, batch_size=8, shuffle=False, verbose=0).history
noisy = AddedLossVAE(1.0)
noisy.compile("adam", loss="mse")
noisy_loss = noisy.fit(digits, digits, epochs=1, verbose=0).history["loss"]
report(
    history={k: v for k, v in history.items() if k != "loss"},
    metrics=[m.name for m in vae.metrics],
    added=added_history,
    finite=bool(np.isfinite(noisy_loss).all()),
    grid=vae.decoder.predict(np.array([[0.5, -0.5]]), verbose=0)[0, :2, :2, 0],
    means=vae.encoder.predict(digits[:3], verbose=0)[0],
)

"""Implicit diffusion (DDIM): a network conditioned on noise, an averaged copy, sampling."""

import math

import numpy as np
from common import keras, report, same_start, summary_of

layers, ops = keras.layers, keras.ops
SIZE, MIN_RATE, MAX_RATE, DIMS, EMA = 8, 0.02, 0.95, 8, 0.9


@keras.saving.register_keras_serializable()
def sinusoidal_embedding(x):
    frequencies = ops.exp(ops.linspace(ops.log(1.0), ops.log(100.0), DIMS // 2))
    angular = ops.cast(2.0 * math.pi * frequencies, "float32")
    return ops.concatenate([ops.sin(angular * x), ops.cos(angular * x)], axis=3)


def residual_block(width):
    def apply(x):
        residual = x if x.shape[3] == width else layers.Conv2D(width, kernel_size=1)(x)
        x = layers.BatchNormalization(center=False, scale=False)(x)
        x = layers.Conv2D(width, kernel_size=3, padding="same", activation="swish")(x)
        x = layers.Conv2D(width, kernel_size=3, padding="same")(x)
        return layers.Add()([x, residual])

    return apply


def get_network():
    noisy = keras.Input(shape=(SIZE, SIZE, 3))
    variances = keras.Input(shape=(1, 1, 1))
    e = layers.Lambda(sinusoidal_embedding, output_shape=(1, 1, DIMS))(variances)
    e = layers.UpSampling2D(size=SIZE, interpolation="nearest")(e)
    x = layers.Concatenate()([layers.Conv2D(8, kernel_size=1)(noisy), e])
    skip = x = residual_block(8)(x)
    x = residual_block(12)(layers.AveragePooling2D(pool_size=2)(x))
    x = layers.Concatenate()([layers.UpSampling2D(size=2, interpolation="bilinear")(x), skip])
    x = layers.Conv2D(3, kernel_size=1, kernel_initializer="zeros")(residual_block(8)(x))
    return keras.Model([noisy, variances], x, name="residual_unet")


class DiffusionModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.normalizer = layers.Normalization()
        self.network = get_network()
        self.ema_network = keras.models.clone_model(self.network)
        self.ema_network.set_weights(self.network.get_weights())
        self.seed_generator = keras.random.SeedGenerator(3)

    def diffusion_schedule(self, times):
        start, end = ops.arccos(MAX_RATE), ops.arccos(MIN_RATE)
        angles = start + times * (end - start)
        return ops.sin(angles), ops.cos(angles)

    def denoise(self, noisy, noise_rates, signal_rates, training):
        network = self.network if training else self.ema_network
        noises = network([noisy, noise_rates**2], training=training)
        return noises, (noisy - noise_rates * noises) / signal_rates

    def reverse_diffusion(self, noise, steps):
        size = 1.0 / steps
        for step in range(steps):
            times = ops.ones((noise.shape[0], 1, 1, 1)) - step * size
            rates = self.diffusion_schedule(times)
            noises, images = self.denoise(noise, *rates, training=False)
            noise_rates, signal_rates = self.diffusion_schedule(times - size)
            noise = signal_rates * images + noise_rates * noises
        return images

    def generate(self, count, steps):
        noise = keras.random.normal((count, SIZE, SIZE, 3), seed=self.seed_generator)
        images = self.reverse_diffusion(noise, steps)
        return ops.clip(self.normalizer.mean + images * self.normalizer.variance**0.5, 0.0, 1.0)

    def call(self, images):
        """One pass at fixed noise, as a plain regression, so that packages can be compared."""
        images = self.normalizer(images)
        times = ops.reshape(ops.linspace(0.1, 0.9, 4), (4, 1, 1, 1))
        noise_rates, signal_rates = self.diffusion_schedule(times)
        noises = ops.sin(
            ops.reshape(ops.arange(4 * SIZE * SIZE * 3, dtype="float32"), (4, SIZE, SIZE, 3))
        )
        predicted, _ = self.denoise(
            signal_rates * images + noise_rates * noises, noise_rates, signal_rates, True
        )
        return ops.mean(ops.abs(noises - predicted), axis=(1, 2, 3))


class AverageWeights(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        for weight, average in zip(self.model.network.weights, self.model.ema_network.weights):
            average.assign(EMA * average + (1 - EMA) * weight)


images = np.random.default_rng(0).uniform(size=(12, SIZE, SIZE, 3)).astype("float32")
model = DiffusionModel()
model.normalizer.adapt(images)
same_start(model.network)
model.ema_network.set_weights(model.network.get_weights())
model.compile(
    optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-4), loss=keras.losses.mean_absolute_error
)
history = model.fit(
    images,
    np.zeros((12,)),
    epochs=2,
    batch_size=4,
    shuffle=False,
    verbose=0,
    callbacks=[AverageWeights()],
)
start = np.cos(np.arange(2 * SIZE * SIZE * 3, dtype="float32")).reshape(2, SIZE, SIZE, 3)
made = model.generate(2, 3)
report(
    loss=history.history["loss"],
    denoised=summary_of(model.reverse_diffusion(ops.convert_to_tensor(start), 3)),
    made=list(made.shape),
    finite=bool(np.isfinite(np.asarray(made)).all()),
    averaged=summary_of(model.ema_network.weights[0]),
)

"""A DCGAN whose step is written against state: two optimizers and `stateless_call`."""

import jax
import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops
LATENT = 6


def make_discriminator():
    return keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            layers.Conv2D(4, kernel_size=4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Flatten(),
            layers.Dropout(0.0),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )


def make_generator():
    return keras.Sequential(
        [
            keras.Input(shape=(LATENT,)),
            layers.Dense(4 * 4 * 4),
            layers.Reshape((4, 4, 4)),
            layers.Conv2DTranspose(4, kernel_size=4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(1, kernel_size=5, padding="same", activation="sigmoid"),
        ],
        name="generator",
    )


class GAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator, self.generator, self.latent_dim = discriminator, generator, latent_dim
        self.d_loss_metric = keras.metrics.Mean(name="d_loss")
        self.g_loss_metric = keras.metrics.Mean(name="g_loss")
        self.seed_generator = keras.random.SeedGenerator(1337)
        self.built = True

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)

    @property
    def metrics(self):
        return [self.d_loss_metric, self.g_loss_metric]

    def latents(self, like):
        """Not random, so that two packages can be compared."""
        positions = ops.arange(ops.shape(like)[0] * self.latent_dim, dtype="float32")
        return ops.reshape(ops.sin(positions), (-1, self.latent_dim))

    def d_step(self, trainable, non_trainable, images, labels):
        predictions, updates = self.discriminator.stateless_call(
            trainable, non_trainable, images, training=True
        )
        return self.loss_fn(labels, predictions), updates

    def g_step(self, trainable, non_trainable, d_trainable, d_non_trainable, z, labels):
        fakes, updates = self.generator.stateless_call(trainable, non_trainable, z, training=True)
        predictions, _ = self.discriminator.stateless_call(d_trainable, d_non_trainable, fakes)
        return self.loss_fn(labels, predictions), updates

    def get_state(self):
        return (
            [v.value for v in self.generator.trainable_variables],
            [v.value for v in self.generator.non_trainable_variables],
            [v.value for v in self.discriminator.trainable_variables],
            [v.value for v in self.discriminator.non_trainable_variables],
            [v.value for v in self.g_optimizer.variables],
            [v.value for v in self.d_optimizer.variables],
        )

    def own_train_step(self, state, images):
        g_train, g_rest, d_train, d_rest, g_opt, d_opt = state
        batch = ops.shape(images)[0]
        z = self.latents(images)
        fakes, _ = self.generator.stateless_call(g_train, g_rest, z)
        combined = ops.concatenate([fakes, images], axis=0)
        labels = ops.concatenate([ops.ones((batch, 1)), ops.zeros((batch, 1))], axis=0)
        (d_loss, d_rest), grads = jax.value_and_grad(self.d_step, has_aux=True)(
            d_train, d_rest, combined, labels
        )
        d_train, d_opt = self.d_optimizer.stateless_apply(d_opt, grads, d_train)
        (g_loss, g_rest), grads = jax.value_and_grad(self.g_step, has_aux=True)(
            g_train, g_rest, d_train, d_rest, z, ops.zeros((batch, 1))
        )
        g_train, g_opt = self.g_optimizer.stateless_apply(g_opt, grads, g_train)
        return {"d_loss": d_loss, "g_loss": g_loss}, (
            g_train,
            g_rest,
            d_train,
            d_rest,
            g_opt,
            d_opt,
        )

    def sync(self, state):
        g_train, g_rest, d_train, d_rest, _, _ = state
        for variables, values in (
            (self.generator.trainable_variables, g_train),
            (self.generator.non_trainable_variables, g_rest),
            (self.discriminator.trainable_variables, d_train),
            (self.discriminator.non_trainable_variables, d_rest),
        ):
            for variable, value in zip(variables, values):
                variable.assign(value)


images = np.random.default_rng(0).uniform(size=(16, 8, 8, 1)).astype("float32")
gan = GAN(same_start(make_discriminator()), same_start(make_generator(), 1), LATENT)
gan.compile(
    d_optimizer=keras.optimizers.Adam(learning_rate=0.003),
    g_optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss_fn=keras.losses.BinaryCrossentropy(),
)
step, state, losses = jax.jit(gan.own_train_step), gan.get_state(), []
for _ in range(3):
    logs, state = step(state, images)
    losses.append(dict(logs))
gan.sync(state)
report(
    losses=losses,
    sample=gan.generator.predict(np.ones((2, LATENT)), verbose=0)[0, :2, :2, 0],
    metrics=[m.name for m in gan.metrics],
)

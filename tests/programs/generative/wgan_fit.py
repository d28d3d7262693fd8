"""A conditional GAN trained by `fit` through a `train_step(self, state, data)`."""

import jax
import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops
LATENT, CLASSES = 5, 3


class ConditionalGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.critic = keras.Sequential(
            [layers.Dense(16, activation="leaky_relu"), layers.Dense(1)], name="critic"
        )
        self.maker = keras.Sequential(
            [layers.Dense(16, activation="relu"), layers.Dense(4)], name="maker"
        )
        self.loss_tracker = keras.metrics.Mean(name="critic_loss")

    def build(self, input_shape):
        self.critic.build((None, 4 + CLASSES))
        self.maker.build((None, LATENT + CLASSES))
        self.built = True

    @property
    def metrics(self):
        return [self.loss_tracker]

    def call(self, labels):
        return self.maker(ops.concatenate([self.noise(labels), labels], axis=-1))

    def noise(self, labels):
        return ops.cos(
            ops.reshape(ops.arange(ops.shape(labels)[0] * LATENT, dtype="float32"), (-1, LATENT))
        )

    def compute_loss_and_updates(self, trainable, non_trainable, metric_values, real, labels):
        with keras.StatelessScope(
            state_mapping=[
                *zip(self.trainable_variables, trainable),
                *zip(self.non_trainable_variables, non_trainable),
                *zip(self.metrics_variables, metric_values),
            ]
        ) as scope:
            fake = self(labels)
            real_score = self.critic(ops.concatenate([real, labels], axis=-1))
            fake_score = self.critic(ops.concatenate([fake, labels], axis=-1))
            loss = ops.mean(ops.softplus(-real_score)) + ops.mean(ops.softplus(fake_score))
            self.loss_tracker.update_state(loss)
            logs = self.loss_tracker.result()
        updated = [scope.get_current_value(v) for v in self.metrics_variables]
        rest = [scope.get_current_value(v) for v in self.non_trainable_variables]
        return loss, (logs, rest, updated)

    def train_step(self, state, data):
        trainable, non_trainable, optimizer_variables, metric_values = state
        real, labels = data
        function = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (_, (logs, non_trainable, metric_values)), grads = function(
            trainable, non_trainable, metric_values, real, labels
        )
        trainable, optimizer_variables = self.optimizer.stateless_apply(
            optimizer_variables, grads, trainable
        )
        return {"critic_loss": logs}, (trainable, non_trainable, optimizer_variables, metric_values)


rng = np.random.default_rng(0)
real = rng.normal(size=(20, 4)).astype("float32")
labels = keras.utils.to_categorical(rng.integers(0, CLASSES, 20), CLASSES)
gan = ConditionalGAN()
gan.build(None)
same_start(gan)
gan.compile(optimizer=keras.optimizers.RMSprop(0.01))
history = gan.fit(real, labels, batch_size=10, epochs=3, shuffle=False, verbose=0)
report(history=history.history, made=gan.predict(labels[:2], verbose=0))

"""A normalizing flow (RealNVP): coupling layers, log determinant, a `compute_loss`."""

import numpy as np
from common import keras, report, same_start

layers, ops, regularizers = keras.layers, keras.ops, keras.regularizers
WIDTH, REG = 12, 0.01


def coupling(input_shape):
    inputs = layers.Input((input_shape,))
    t = s = inputs
    for units, activation in ((WIDTH, "relu"), (WIDTH, "relu"), (input_shape, "linear")):
        t = layers.Dense(units, activation=activation, kernel_regularizer=regularizers.l2(REG))(t)
    for units, activation in ((WIDTH, "relu"), (WIDTH, "relu"), (input_shape, "tanh")):
        s = layers.Dense(units, activation=activation, kernel_regularizer=regularizers.l2(REG))(s)
    return keras.Model(inputs=inputs, outputs=[s, t])


class RealNVP(keras.Model):
    def __init__(self, num_coupling_layers):
        super().__init__()
        self.num_coupling_layers = num_coupling_layers
        self.masks = np.array([[0, 1], [1, 0]] * (num_coupling_layers // 2), dtype="float32")
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.layers_list = [coupling(2) for _ in range(num_coupling_layers)]

    @property
    def metrics(self):
        return [self.loss_tracker]

    def call(self, x, training=True):
        log_det_inv = 0
        direction = -1 if training else 1
        for i in range(self.num_coupling_layers)[::direction]:
            x_masked = x * self.masks[i]
            reversed_mask = 1 - self.masks[i]
            s, t = self.layers_list[i](x_masked)
            s *= reversed_mask
            t *= reversed_mask
            gate = (direction - 1) / 2
            x = (
                reversed_mask * (x * ops.exp(direction * s) + direction * t * ops.exp(gate * s))
                + x_masked
            )
            log_det_inv += gate * ops.sum(s, axis=1)
        return x, log_det_inv

    def log_loss(self, x):
        y, logdet = self(x)
        normal = -0.5 * ops.sum(ops.square(y), axis=-1) - np.log(2 * np.pi)
        return -ops.mean(normal + logdet)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = self.log_loss(x)
        self.loss_tracker.update_state(loss)
        return loss


rng = np.random.default_rng(0)
angles = rng.uniform(0, np.pi, 60)
moons = np.stack([np.cos(angles), np.sin(angles)], axis=1) + 0.05 * rng.normal(size=(60, 2))
norm = layers.Normalization()
norm.adapt(moons)
data = np.asarray(norm(moons))

model = RealNVP(num_coupling_layers=4)
for number, layer in enumerate(model.layers_list):
    same_start(layer, number)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001))
history = model.fit(data, batch_size=16, epochs=2, verbose=0, validation_split=0.2, shuffle=False)
z, logdet = model(data[:3])
samples, _ = model.predict(rng.normal(size=(5, 2)), verbose=0)
back, _ = model(z, training=False)
report(
    history=history.history,
    z=z,
    logdet=logdet,
    samples=list(samples.shape),
    back=np.abs(np.asarray(back) - data[:3]).max() < 1e-3,
    mean=norm.mean,
    own_losses=len(model.losses),
)

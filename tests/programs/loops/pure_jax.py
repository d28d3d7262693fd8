"""A training loop written in JAX: stateless calls, updates and metrics under one `jax.jit`."""

import jax
import numpy as np
from common import keras, report, same_start

rng = np.random.default_rng(0)
x_train = rng.normal(size=(48, 10)).astype("float32")
y_train = keras.utils.to_categorical(rng.integers(0, 3, 48), 3)


def get_model():
    inputs = keras.Input(shape=(10,), name="digits")
    x1 = keras.layers.Dense(16, activation="relu")(inputs)
    x2 = keras.layers.BatchNormalization()(x1)
    outputs = keras.layers.Dense(3, name="predictions", kernel_regularizer="l2")(x2)
    return keras.Model(inputs=inputs, outputs=outputs)


model = same_start(get_model())
optimizer = keras.optimizers.Adam(learning_rate=1e-3)
loss_fn = keras.losses.CategoricalCrossentropy(from_logits=True)
train_metric = keras.metrics.CategoricalAccuracy()


def compute_loss_and_updates(trainable, non_trainable, metric_variables, x, y):
    y_pred, non_trainable, losses = model.stateless_call(
        trainable, non_trainable, x, training=True, return_losses=True
    )
    loss = loss_fn(y, y_pred) + sum(losses)
    metric_variables = train_metric.stateless_update_state(metric_variables, y, y_pred)
    return loss, (non_trainable, metric_variables)


grad_fn = jax.value_and_grad(compute_loss_and_updates, has_aux=True)


@jax.jit
def train_step(state, data):
    trainable, non_trainable, optimizer_variables, metric_variables = state
    (loss, (non_trainable, metric_variables)), grads = grad_fn(
        trainable, non_trainable, metric_variables, *data
    )
    trainable, optimizer_variables = optimizer.stateless_apply(
        optimizer_variables, grads, trainable
    )
    return loss, (trainable, non_trainable, optimizer_variables, metric_variables)


@jax.jit
def eval_step(state, data):
    trainable, non_trainable, _, _ = state
    y_pred, _ = model.stateless_call(trainable, non_trainable, data[0], training=False)
    return loss_fn(data[1], y_pred)


optimizer.build(model.trainable_variables)
state = (
    [variable.value for variable in model.trainable_variables],
    [variable.value for variable in model.non_trainable_variables],
    [variable.value for variable in optimizer.variables],
    [variable.value for variable in train_metric.variables],
)
losses = []
for start in range(0, 48, 16):
    batch = (x_train[start : start + 16], y_train[start : start + 16])
    loss, state = train_step(state, batch)
    losses.append(loss)
validation = eval_step(state, (x_train, y_train))
trainable, non_trainable, optimizer_variables, metric_variables = state
for variable, value in zip(model.trainable_variables, trainable):
    variable.assign(value)
for variable, value in zip(model.non_trainable_variables, non_trainable):
    variable.assign(value)
for variable, value in zip(train_metric.variables, metric_variables):
    variable.assign(value)
accuracy = train_metric.result()
train_metric.reset_state()
report(
    losses=losses,
    validation=validation,
    accuracy=accuracy,
    after=loss_fn(y_train, model(x_train, training=False)),
    reset=train_metric.result(),
    iterations=optimizer_variables[0],
)

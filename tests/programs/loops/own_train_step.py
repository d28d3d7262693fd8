"""`train_step` and `test_step` by override: stateless, with metrics of one's own."""

import jax
import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops


class CustomModel(keras.Model):
    """The whole step from the lower level, with metrics of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
        self.loss_fn = keras.losses.MeanSquaredError()

    def compute_loss_and_updates(self, trainable, non_trainable, x, y, training=False):
        y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=training)
        return self.loss_fn(y, y_pred), (y_pred, non_trainable)

    def train_step(self, state, data):
        trainable, non_trainable, optimizer_variables, metrics_variables = state
        x, y = data
        grad_fn = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (loss, (y_pred, non_trainable)), grads = grad_fn(
            trainable, non_trainable, x, y, training=True
        )
        trainable, optimizer_variables = self.optimizer.stateless_apply(
            optimizer_variables, grads, trainable
        )
        count = len(self.loss_tracker.variables)
        loss_vars, mae_vars = metrics_variables[:count], metrics_variables[count:]
        loss_vars = self.loss_tracker.stateless_update_state(loss_vars, loss)
        mae_vars = self.mae_metric.stateless_update_state(mae_vars, y, y_pred)
        logs = {
            self.loss_tracker.name: self.loss_tracker.stateless_result(loss_vars),
            self.mae_metric.name: self.mae_metric.stateless_result(mae_vars),
        }
        return logs, (trainable, non_trainable, optimizer_variables, loss_vars + mae_vars)

    @property
    def metrics(self):
        return [self.loss_tracker, self.mae_metric]


class WeightedModel(keras.Model):
    def test_step(self, state, data):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        trainable, non_trainable, metrics_variables = state
        y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=False)
        loss = self.compute_loss(x, y, y_pred, sample_weight)
        new_metrics = []
        logs = {}
        for metric in self.metrics:
            own = metrics_variables[len(new_metrics) : len(new_metrics) + len(metric.variables)]
            if metric.name == "loss":
                own = metric.stateless_update_state(own, loss)
            else:
                own = metric.stateless_update_state(own, y, y_pred)
            logs[metric.name] = metric.stateless_result(own)
            new_metrics += own
        return logs, (trainable, non_trainable, new_metrics)


def graph(cls):
    inputs = keras.Input(shape=(6,))
    return same_start(cls(inputs, layers.Dense(1)(layers.Dense(5, "relu")(inputs))))


rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 6)).astype("float32"), rng.normal(size=(40, 1)).astype("float32")
own = graph(CustomModel)
own.compile(optimizer="adam")
own_history = own.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0).history
weighted = graph(WeightedModel)
weighted.compile(optimizer="sgd", loss="mse", metrics=["mae"])
weighted_history = weighted.fit(
    x, y, sample_weight=np.linspace(0, 1, 40), epochs=1, batch_size=16, shuffle=False, verbose=0
)
tested = weighted.evaluate(x, y, batch_size=20, verbose=0)
report(own=own_history, weighted=weighted_history.history, tested=tested)

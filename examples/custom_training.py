"""One's own training step, in both styles, and how to look inside it: a classifier of digits.

    python examples/custom_training.py

The model is a subclass. Its step mixes pairs of images ("mixup", Zhang et al., 2018) before it
learns from them. `Stateful` reads and assigns variables as it goes; `Stateless` is handed all
state and returns it anew, as is the custom with JAX. Both are compiled, and both learn.
"""

import argparse

import jax
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import cornu as keras
from cornu import layers, ops


class Network(keras.Model):
    """Two dense layers, written as a subclass."""

    def __init__(self, units: int = 64, **kwargs) -> None:
        super().__init__(**kwargs)
        self.hidden = layers.Dense(units, activation="relu")
        self.dropout = layers.Dropout(0.2)
        self.scores = layers.Dense(10, activation="softmax")

    def call(self, x, training=None):
        """Probabilities of the ten digits."""
        return self.scores(self.dropout(self.hidden(x), training=training))


def mix(values, share: float = 0.2):
    """Each row with a fraction of the one that stands at the other end of the batch."""
    return values + share * (ops.flip(values, 0) - values)


class Stateful(Network):
    """The step in the plain style: it uses the model as one would by hand."""

    def train_step(self, data):
        """One update from a mixed batch."""
        x, y = data
        x, y = mix(x), mix(y)

        def loss_and_predictions():
            y_pred = self(x, training=True)
            return self.compute_loss(x, y, y_pred), y_pred

        variables = self.trainable_variables
        step = keras.value_and_grad(loss_and_predictions, variables, has_aux=True)
        (loss, y_pred), gradients = step()
        self.optimizer.apply(gradients, variables)

        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


class Stateless(Network):
    """The step as a pure function of `(trainable, other, optimizer, metrics)` variables."""

    def train_step(self, state, data):
        """The logs, and the state after one update from a mixed batch."""
        trainable, other, optimizer, metrics = state
        x, y = data
        x, y = mix(x), mix(y)

        def loss_and_rest(trainable, other):
            y_pred, other = self.stateless_call(trainable, other, x, training=True)
            return self.compute_loss(x, y, y_pred), (y_pred, other)

        step = jax.value_and_grad(loss_and_rest, has_aux=True)
        (loss, (y_pred, other)), gradients = step(trainable, other)
        trainable, optimizer = self.optimizer.stateless_apply(optimizer, gradients, trainable)

        logs, after = {}, []
        for metric in self.metrics:
            own = metrics[len(after) : len(after) + len(metric.variables)]
            new = (loss,) if metric.name == "loss" else (y, y_pred)
            own = metric.stateless_update_state(own, *new)
            logs[metric.name] = metric.stateless_result(own)
            after += own
        return logs, (trainable, other, optimizer, after)


class Watched(Stateful):
    """A network that shows what goes through it, and asks it: for `run_eagerly=True`."""

    def call(self, x, training=None):
        """Like the network's, with a look inside."""
        hidden = self.hidden(x)
        print(f"  hidden: shape {hidden.shape}, mean {float(ops.mean(hidden)):.3f}", end="")
        if ops.max(hidden) > 2:
            print(f", the largest is unit {np.asarray(hidden).max(axis=0).argmax()}", end="")
        print()
        return self.scores(self.dropout(hidden, training=training))


def main() -> None:
    """Train both, then take one step with real values in sight."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--quick", action="store_true", help="two epochs")
    arguments = parser.parse_args()

    images, digits = load_digits(return_X_y=True)
    images = (images / 16).astype("float32")
    x_train, x_test, y_train, y_test = train_test_split(
        images, keras.utils.to_categorical(digits, 10), test_size=0.2, random_state=0
    )
    for kind in (Stateful, Stateless):
        keras.utils.set_random_seed(0)
        model = kind()
        model.compile("adam", loss="categorical_crossentropy", metrics=["accuracy"])
        model.fit(x_train, y_train, epochs=2 if arguments.quick else arguments.epochs, verbose=0)
        loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
        print(f"{kind.__name__}: test loss {loss:.4f}, accuracy {accuracy:.4f}")

    print("Two steps, run eagerly (the first line is from building the model):")
    model = Watched()
    model.compile("adam", loss="categorical_crossentropy", run_eagerly=True)
    model.fit(x_train[:64], y_train[:64], verbose=0)


if __name__ == "__main__":
    main()

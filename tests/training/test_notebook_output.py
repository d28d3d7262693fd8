"""A real notebook kernel shows the progress of `fit` before its end."""

import nbformat
import pytest
from nbclient import NotebookClient

PROGRAM = """
import numpy as np
import cornu as keras


class Wait(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        import time
        time.sleep(0.02)


model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((64, 2)), np.ones((64, 1)), batch_size=2, epochs=2, callbacks=[Wait()])
"""


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """What the cell's output holds after the run, as the kernel sent it."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PROGRAM)])
    folder = str(tmp_path_factory.mktemp("notebook"))
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}})
    client.execute()
    return "".join(o.text for o in notebook.cells[0].outputs if o.output_type == "stream")


def test_the_line_is_live_within_an_epoch(text):
    within = [line for line in text.split("\r") if line.startswith("Epoch 1/2 ━")]
    assert within and " left - " in within[-1]


def test_each_epoch_leaves_a_line(text):
    last = [row.split("\r")[-1] for row in text.splitlines()]
    assert [row[:21] for row in last if " steps - " in row] == [
        "Epoch 1/2 - 32 steps ",
        "Epoch 2/2 - 32 steps ",
    ]

"""Pictures are written without any program outside Python."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.visualization.layered_layout import lay_out


@pytest.fixture(scope="module")
def inner():
    return keras.Sequential([keras.Input((3,)), layers.Dense(3, name="deep")], name="inside")


@pytest.fixture(scope="module")
def branching(inner):
    x = keras.Input((3,), name="x")
    y = keras.ops.relu(layers.Add()([inner(x), x]))
    return keras.Model(x, y, name="branching")


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


@pytest.mark.parametrize(
    ("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("dot", b"digraph")]
)
def test_a_model_is_drawn_to_a_file(branching, tmp_path, ending, start):
    path = tmp_path / f"model.{ending}"
    keras.utils.plot_model(branching, path, show_shapes=True, dpi=50)
    assert path.read_bytes().startswith(start)


def test_boxes_tell_what_was_asked_for(branching):
    figure = keras.utils.plot_model(
        branching,
        None,
        show_shapes=True,
        show_dtype=True,
        show_layer_names=True,
        show_layer_activations=True,
        show_trainable=True,
        expand_nested=True,
    )
    assert {
        "x (InputLayer)",
        "inside (Sequential)",
        "deep (Dense)",
        "activation: linear",
        "input: (None, 3), (None, 3)",
        "output: (None, 3)",
        "dtype: float32",
        "trainable",
        f"{branching.operations[-1].name} (relu)",
    } <= set(texts(figure))


def test_a_nested_model_is_one_box_unless_expanded(branching):
    assert "Dense" not in texts(keras.utils.plot_model(branching, None))
    assert "Dense" in texts(keras.utils.plot_model(branching, None, expand_nested=True))


def test_the_layers_of_a_subclassed_model_have_no_arrows():
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = layers.Dense(2), layers.Dense(1)

        def call(self, x):
            return self.second(self.first(x))

    model = Model()
    with pytest.raises(ValueError, match="is not built"):
        keras.utils.plot_model(model, None)
    model(np.ones((1, 2)))
    figure = keras.utils.plot_model(model, None)
    assert texts(figure) == ["Dense", "Dense"]
    assert len(figure.axes[0].texts) == 2


@pytest.mark.parametrize(
    ("rankdir", "axis", "sign"), [("TB", 1, 1), ("BT", 1, -1), ("LR", 0, 1), ("RL", 0, -1)]
)
def test_data_flow_in_the_direction_asked_for(inner, rankdir, axis, sign):
    figure = keras.utils.plot_model(inner, None, rankdir=rankdir)
    first, last = (text.get_position()[axis] for text in figure.axes[0].texts if text.get_text())
    assert sign * (last - first) > 0


def test_unknown_directions_and_arguments_are_refused(inner):
    with pytest.raises(ValueError, match="TB, BT, LR, RL"):
        keras.utils.plot_model(inner, None, rankdir="up")
    with pytest.raises(ValueError, match="show_all"):
        keras.utils.plot_model(inner, None, show_all=True)


def test_nested_models_are_clusters_in_dot(branching):
    text = keras.utils.model_to_dot(branching, expand_nested=True, show_shapes=True).to_string()
    assert "subgraph" in text
    assert '"branching/1/1"' in text
    assert "deep (Dense)" in text
    assert '"branching/0" -> "branching/1/0"' in text


def test_a_cluster_for_another_graph(branching):
    cluster = keras.utils.model_to_dot(branching, subgraph=True)
    assert cluster.to_string().startswith("subgraph")


def test_edges_that_skip_rows_go_around_the_boxes():
    layout = lay_out([(2, 1)] * 3, [(0, 1), (1, 2), (0, 2)])
    lane = [x for x, _ in layout.routes[2][1:-1]]
    assert len(lane) == 2
    assert all(abs(x - layout.centers[1][0]) > 1 for x in lane)


def test_boxes_of_a_row_do_not_touch():
    layout = lay_out([(1, 1), (3, 1), (2, 1), (1, 1)], [(0, 1), (0, 2), (1, 3), (2, 3)])
    assert abs(layout.centers[1][0] - layout.centers[2][0]) > 2.5


def test_an_input_stands_right_above_what_takes_it():
    layout = lay_out([(1, 1)] * 4, [(0, 1), (1, 3), (2, 3)])
    assert layout.centers[2][1] == layout.centers[1][1]


def test_a_history_is_drawn_with_its_validation(tmp_path):
    history = {"loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "accuracy": [0.1, 0.2]}
    figure = keras.visualization.plot_history(history, tmp_path / "history.png")
    assert [len(axes.lines) for axes in figure.axes] == [2, 1]
    assert (tmp_path / "history.png").exists()


def test_what_fit_returns_draws_itself(tmp_path):
    history = keras.callbacks.History()
    history.history = {"loss": [2.0, 1.0]}
    assert history.plot(tmp_path / "history.png").axes[0].get_title() == "loss"
    assert (tmp_path / "history.png").exists()


def test_runs_are_compared_in_one_panel_per_measure():
    runs = {
        "small": {"loss": [2.0, 1.0], "val_loss": [2.1, 1.2]},
        "large": {"loss": [2.0, 0.5], "accuracy": [0.1, 0.9]},
    }
    loss, accuracy = keras.visualization.plot_history(runs).axes
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["small", "large"]
    assert len(loss.lines) == 3
    assert len(accuracy.lines) == 1


def test_no_panel_is_left_empty():
    history = {name: [1.0] for name in ("loss", "accuracy", "auc", "mae")}
    assert len(keras.visualization.plot_history(history).axes) == 4


@pytest.mark.parametrize("history", [{}, 3])
def test_nothing_to_draw_is_said(history):
    with pytest.raises(ValueError, match="fit"):
        keras.visualization.plot_history(history)

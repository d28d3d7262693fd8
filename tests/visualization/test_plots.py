"""Pictures are written without any program outside Python."""

import pytest

import cornu as keras


@pytest.fixture
def branching():
    x = keras.Input((3,))
    y = keras.layers.Add()([keras.layers.Dense(3)(x), x])
    return keras.Model(x, y)


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_a_model_is_drawn_to_a_file(branching, tmp_path, ending, start):
    path = tmp_path / f"model.{ending}"
    keras.visualization.plot_model(branching, path, show_shapes=True, dpi=50)
    assert path.read_bytes().startswith(start)


def test_a_history_is_drawn_with_its_validation(tmp_path):
    history = {"loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "accuracy": [0.1, 0.2]}
    figure = keras.visualization.plot_history(history, tmp_path / "history.png")
    assert [len(axes.lines) for axes in figure.axes] == [2, 1]
    assert (tmp_path / "history.png").exists()


def test_the_summary_of_a_branching_model_shows_connections(branching):
    lines = []
    branching.summary(print_fn=lines.append, line_length=120)
    assert "Connected to" in lines[0]
    assert "Total params: 12 (48.00 B)" in lines[0]

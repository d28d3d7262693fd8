"""The progress display in loops that users write."""

import pytest

import cornu as keras
from cornu.training.display.progress import ProgressDisplay


def test_values_are_means_over_the_steps_they_stand_for():
    progress = keras.utils.Progbar(10, verbose=0)
    progress.update(1, [("loss", 4.0)])
    progress.add(3, [("loss", 2.0)])
    assert progress.means() == {"loss": 2.5}


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"stateful_metrics": ["rate"]}, {"loss": 1.5, "rate": 2.0}),
        ({"stateless_metrics": ["rate"]}, {"loss": 2.0, "rate": 1.5}),
    ],
)
def test_some_values_are_shown_as_they_are(options, shown):
    progress = keras.utils.Progbar(2, verbose=0, **options)
    progress.add(1, [("loss", 1.0), ("rate", 1.0)])
    progress.add(1, [("loss", 2.0), ("rate", 2.0)])
    assert progress.means() == shown


def test_the_end_is_written_once(capsys):
    progress = keras.utils.Progbar(2, unit_name="file")
    progress.add(1)
    progress.add(1, [("size", 3.0)])
    progress.update(2, finalize=True)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("2 files - ")
    assert line.endswith("/file - size: 3.0000")


def test_an_unknown_length_ends_when_told(capsys):
    progress = keras.utils.Progbar(None)
    progress.add(3)
    assert capsys.readouterr().out == ""
    progress.update(3, finalize=True)
    assert capsys.readouterr().out.startswith("3 steps - ")


def test_automatic_is_a_line_per_epoch_without_interactive_logging():
    keras.utils.disable_interactive_logging()
    try:
        assert ProgressDisplay("auto", 1, 1).verbose == 2
    finally:
        keras.utils.enable_interactive_logging()
    assert ProgressDisplay("auto", 1, 1).verbose == 1

"""Each example runs, on few data and for a few steps."""

import runpy
import sys

import pytest

DATA = {
    "pima_diabetes": "pima-indians-diabetes.csv",
    "fashion_mnist": "fashion-mnist",
    "mammography": "mammography.csv",
    "movie_reviews_lstm": "review_polarity.tar.gz",
    "transformer": "review_polarity.tar.gz",
    "census_income": "adult-train.csv",
    "augmentation": "fashion-mnist",
    "airline_passengers": "airline-passengers.csv",
}


def run(name, repository, folder, monkeypatch, *arguments):
    """Runs an example in an empty folder, as from a command line."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(repository / "examples" / f"{name}.py"), run_name="__main__")


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("pima_diabetes", "accuracy"),
        ("fashion_mnist", "predictions are equal"),
        ("mammography", "average precision"),
        ("movie_reviews_lstm", "by the review"),
        ("transformer", "predictions are equal"),
        ("census_income", "predictions are equal"),
        ("augmentation", "test loss"),
        ("airline_passengers", "recurrent network: RMSE"),
    ],
)
def test_an_example_on_real_data_runs(
    name, printed, repository, shared_data, tmp_path, monkeypatch, capsys
):
    arguments = ["--data", shared_data / DATA[name], "--quick"]
    run(name, repository, tmp_path, monkeypatch, *arguments)
    assert printed in capsys.readouterr().out


def test_own_training_steps_of_both_styles_do_the_same(repository, tmp_path, monkeypatch, capsys):
    run("custom_training", repository, tmp_path, monkeypatch, "--quick")
    stateful, stateless = capsys.readouterr().out.splitlines()[:2]
    assert stateful.removeprefix("Stateful") == stateless.removeprefix("Stateless")


@pytest.mark.parametrize("name", DATA)
def test_missing_data_are_named(name, repository, tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match="--data"):
        run(name, repository, tmp_path, monkeypatch, "--data", tmp_path / "nothing")

"""`compile` names the argument, what came, what was expected, and what to write instead."""

import re

import pytest

import cornu as keras


def without_addresses(value):
    """The name of a case, which must be the same in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


def one_output():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="out")])


def two_outputs():
    x = keras.Input((3,))
    outputs = [keras.layers.Dense(1, name=name)(x) for name in ("price", "stars")]
    return keras.Model(x, outputs)


def dict_outputs():
    x = keras.Input((3,))
    return keras.Model(x, {key: keras.layers.Dense(1)(x) for key in ("price", "stars")})


def unknown_outputs():
    return keras.Sequential([keras.layers.Dense(2)])


SINGLE = [
    ({"loss": "msee"}, "loss='msee'", "'mse'"),
    ({"loss": "categorical_crossentropi"}, "loss=", "'categorical_crossentropy'"),
    ({"loss": ["msee"]}, "loss[0]='msee'", "'mse'"),
    ({"loss": 3}, "loss: 3 of type int is no loss", "Pass a name such as"),
    ({"loss": object}, "is no loss", "Pass a name such as"),
    ({"loss": ["mse", "mae"]}, "loss has 2 entries", "1 output"),
    ({"loss": {"exit": "mse"}}, "['exit']", "['out']"),
    ({"loss": keras.metrics.MeanSquaredError()}, "is a metric", "keras.losses"),
    ({"metrics": ["acuracy"]}, "metrics[0]='acuracy'", "accuracy'"),
    ({"metrics": ["mse", "AUCC"]}, "metrics[1]='AUCC'", "'auc'"),
    ({"metrics": [5]}, "metrics[0]: 5 of type int is no metric", "Pass a name such as"),
    ({"metrics": "accuracy"}, "metrics must be a list", "metrics=['accuracy']"),
    ({"metrics": {"exit": ["mse"]}}, "['exit']", "['out']"),
    ({"weighted_metrics": ["mze"]}, "weighted_metrics[0]='mze'", "'mse'"),
    ({"weighted_metrics": "mse"}, "weighted_metrics must be a list", "['mse']"),
    ({"loss": "mse", "loss_weights": "0.5"}, "loss_weights='0.5' of type str", "Give a number"),
    ({"optimizer": "adamm"}, "optimizer='adamm'", "'adam'"),
    ({"optimizer": object()}, "is no optimizer", "Pass a name such as"),
    ({"optimizer": 0.1}, "optimizer=0.1", "Pass a name such as"),
    ({"steps_per_execution": "2"}, "steps_per_execution must be an int", "'2'"),
    ({"steps_per_execution": 0}, "steps_per_execution must be an int", "got 0"),
]
SEVERAL = [
    ({"loss": {"price": "mse", "star": "mse"}}, "['star']", "['price', 'stars']"),
    ({"loss": {"price": "mse", "stars": "masd"}}, "loss['stars']='masd'", "mape"),
    ({"loss": ["mse", "huberr"]}, "loss[1]='huberr'", "huber"),
    ({"loss": ["mse", "mse", "mse"]}, "loss has 3 entries", "['price', 'stars']"),
    ({"loss": "mse", "loss_weights": {"stars": "1"}}, "loss_weights['stars']='1'", "number"),
    ({"loss": "mse", "loss_weights": {"star": 1.0}}, "['star']", "['price', 'stars']"),
    ({"loss": "mse", "loss_weights": [1.0]}, "loss_weights has 1 entry", "2 output"),
    ({"metrics": {"stars": ["mse", "mea"]}}, "metrics['stars'][1]='mea'", "mae"),
    ({"metrics": {"stars": "mea"}}, "metrics['stars']='mea'", "mae"),
    ({"metrics": [["mse"], ["mea"]]}, "metrics[1][0]='mea'", "mae"),
    ({"metrics": ["mse", "mae", "mape"]}, "`metrics` has 3 entries", "2 outputs"),
    ({"weighted_metrics": {"star": ["mse"]}}, "['star']", "['price', 'stars']"),
]


def refused(model, arguments, *parts):
    with pytest.raises(ValueError, match=re.escape(parts[0])) as error:
        model.compile(**arguments)
    for part in ("compile" if "`metrics`" not in parts[0] else "metrics", *parts[1:]):
        assert part in str(error.value)


@pytest.mark.parametrize("arguments, came, expected", SINGLE, ids=without_addresses)
def test_one_output(arguments, came, expected):
    refused(one_output(), arguments, came, expected)


@pytest.mark.parametrize("arguments, came, expected", SEVERAL, ids=without_addresses)
@pytest.mark.parametrize("make", [two_outputs, dict_outputs])
def test_several_outputs(make, arguments, came, expected):
    refused(make(), arguments, came, expected)


@pytest.mark.parametrize(
    "arguments, came, expected",
    [case for case in SINGLE if "['out']" not in case[2] and "1 output" not in case[2]],
    ids=without_addresses,
)
def test_names_are_checked_before_the_outputs_are_known(arguments, came, expected):
    refused(unknown_outputs(), arguments, came, expected)


GOOD = [
    {"loss": None, "metrics": None},
    {"loss": "crossentropy", "metrics": ["acc", "ce", None]},
    {"loss": keras.losses.Huber, "metrics": [keras.metrics.AUC]},
    {"loss": {"out": "mse"}, "metrics": {"out": "mae"}, "loss_weights": {"out": 2}},
    {"loss": [lambda y, p: p], "metrics": [[keras.losses.mean_squared_error, "RMSE"]]},
    {"loss": keras.losses.serialize(keras.losses.Huber()), "optimizer": None},
]


@pytest.mark.parametrize("arguments", GOOD, ids=without_addresses)
def test_what_is_right_is_taken(arguments):
    one_output().compile(**arguments)


def test_a_name_registered_by_the_user_is_known():
    model = one_output()
    with keras.saving.custom_object_scope({"closeness": lambda y, p: p}):
        model.compile(loss="closeness", metrics=["closeness"])
    with pytest.raises(ValueError, match="no loss named 'closeness'"):
        model.compile(loss="closeness")


def test_a_compilation_in_a_file_says_how_to_load_without_it():
    config = {"optimizer": "sgd", "loss": "my_own_loss"}
    with pytest.raises(ValueError, match="my_own_loss") as error:
        one_output().compile_from_config(config)
    assert "compile=False" in error.value.__notes__[0]

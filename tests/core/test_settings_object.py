"""Settings as attributes and items."""

import pickle

import pytest

import cornu as keras


def test_attributes_and_items_are_the_same_settings():
    config = keras.utils.Config(rate=0.1)
    config.epochs = 3
    config["name"] = "run"
    assert config.as_dict() == {"rate": 0.1, "epochs": 3, "name": "run"}
    del config.epochs
    assert list(config) == ["rate", "name"]
    assert config.to_json() == '{"rate": 0.1, "name": "run"}'


def test_a_frozen_config_refuses_every_change():
    config = keras.utils.Config(rate=0.1)
    config.freeze()
    for change in (
        lambda: config.update(rate=1),
        lambda: config.pop("rate"),
        lambda: setattr(config, "rate", 1),
    ):
        with pytest.raises(ValueError, match="frozen, so 'rate'"):
            change()
    config.unfreeze()
    config.rate = 1
    assert config.rate == 1


def test_a_missing_setting_is_named_with_what_comes_near():
    with pytest.raises(AttributeError, match="Did you mean 'learning_rate'"):
        keras.utils.Config(learning_rate=1).learning_rat


def test_a_config_keeps_its_state_in_a_pickle():
    config = keras.utils.Config(rate=0.1)
    config.freeze()
    again = pickle.loads(pickle.dumps(config))
    assert again.as_dict() == {"rate": 0.1}
    assert again.frozen

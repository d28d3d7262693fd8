"""The config of a model in a file: looked at before anything is made of it."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.layer import Layer
from cornu.engine.errors import LoadError
from cornu.engine.formats import strict_json


def config_text(model: Any, **settings: Any) -> str:
    """The JSON of a model's config.

    Args:
        model: a model or layer.
        **settings: of `json.dumps`.

    Raises:
        ValueError: if it holds NaN.
    """
    return strict_json.text(registry.serialize(model), f"Model {model.name!r}", **settings)


def model_config(text: Any, compile: bool, place: str = "config.json") -> dict:
    """The config of a model, parsed.

    Args:
        text: its JSON.
        compile: False leaves out how it was compiled.
        place: where it stands in the file.

    Raises:
        LoadError: if it describes no object.
    """
    config = strict_json.parse(text, place)
    if not isinstance(config, dict) or "class_name" not in config or "config" not in config:
        raise LoadError(
            "its config does not describe a model",
            place=place,
            found=type(config).__name__ if not isinstance(config, dict) else sorted(config),
            expected="an object with 'class_name' and 'config'",
        )
    return config if compile else {**config, "compile_config": None}


def check_model(model: Any) -> None:
    """Refuse what is no model or layer.

    Raises:
        LoadError: if it is of another kind.
    """
    if not isinstance(model, Layer):
        raise LoadError(
            "it does not hold a model", place="config.json", found=f"a {type(model).__name__}"
        )

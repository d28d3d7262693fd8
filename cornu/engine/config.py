"""The settings that hold for the whole process: float type, epsilon, image layout.

One object, `settings`, holds them. The functions read and write it under Keras's names.
"""

from __future__ import annotations

from dataclasses import dataclass

FLOAT_TYPES = ("bfloat16", "float16", "float32", "float64")
IMAGE_DATA_FORMATS = ("channels_last", "channels_first")


@dataclass
class Settings:
    floatx: str = "float32"
    epsilon: float = 1e-7
    image_data_format: str = "channels_last"
    traceback_filtering: bool = True
    interactive_logging: bool = True


settings = Settings()


def backend() -> str:
    """Name of the engine that runs the computations: always `"jax"`.

    >>> import cornu as keras
    >>> keras.config.backend()
    'jax'
    """
    return "jax"


def floatx() -> str:
    """Default float type, as a string such as `"float32"`.

    >>> import cornu as keras
    >>> keras.config.floatx()
    'float32'
    """
    return settings.floatx


def set_floatx(value: str) -> None:
    """Set the float type used where none is given.

    Args:
        value: `"bfloat16"`, `"float16"`, `"float32"` or `"float64"`.

    Raises:
        ValueError: for any other value.

    >>> import cornu as keras
    >>> keras.config.set_floatx("float32")
    """
    if value not in FLOAT_TYPES:
        raise ValueError(f"floatx must be one of {', '.join(FLOAT_TYPES)}; got {value!r}.")
    settings.floatx = str(value)


def epsilon() -> float:
    """The small number that keeps divisions and logarithms finite.

    >>> import cornu as keras
    >>> keras.config.epsilon()
    1e-07
    """
    return settings.epsilon


def set_epsilon(value: float) -> None:
    """Set the small number that keeps divisions and logarithms finite.

    Args:
        value: a positive float.

    >>> import cornu as keras
    >>> keras.config.set_epsilon(1e-7)
    """
    if not value > 0:
        raise ValueError(f"epsilon must be a positive number; got {value!r}.")
    settings.epsilon = float(value)


def image_data_format() -> str:
    """Default layout of image tensors: `"channels_last"` or `"channels_first"`.

    >>> import cornu as keras
    >>> keras.config.image_data_format()
    'channels_last'
    """
    return settings.image_data_format


def set_image_data_format(data_format: str) -> None:
    """Set the default layout of image tensors.

    Args:
        data_format: `"channels_last"` or `"channels_first"`.

    >>> import cornu as keras
    >>> keras.config.set_image_data_format("channels_last")
    """
    settings.image_data_format = standardize_data_format(data_format)


def standardize_data_format(data_format: str | None) -> str:
    """The given layout in lower case, or the default one for None.

    Raises:
        ValueError: for an unknown layout.
    """
    if data_format is None:
        return settings.image_data_format
    value = str(data_format).lower()
    if value not in IMAGE_DATA_FORMATS:
        raise ValueError(
            f"data_format must be 'channels_last' or 'channels_first'; got {data_format!r}."
        )
    return value


def is_interactive_logging_enabled() -> bool:
    """Whether progress is printed (the default) rather than logged."""
    return settings.interactive_logging


def enable_interactive_logging() -> None:
    """Print progress to the standard output."""
    settings.interactive_logging = True


def disable_interactive_logging() -> None:
    """Send progress to the `logging` module, one line per epoch."""
    settings.interactive_logging = False


def is_traceback_filtering_enabled() -> bool:
    """Whether tracebacks leave out the frames of the library (the default)."""
    return settings.traceback_filtering


def enable_traceback_filtering() -> None:
    """Leave the library's own frames out of tracebacks."""
    settings.traceback_filtering = True


def disable_traceback_filtering() -> None:
    """Keep the library's own frames in tracebacks."""
    settings.traceback_filtering = False

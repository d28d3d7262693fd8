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
    flash_attention: bool | None = None
    max_epochs: int | None = None
    max_steps_per_epoch: int | None = None


settings = Settings()


def backend() -> str:
    """Name of the engine that runs the computations: always `"jax"`.

    >>> keras.config.backend()
    'jax'
    """
    return "jax"


def floatx() -> str:
    """Default float type, as a string such as `"float32"`.

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

    >>> keras.config.set_floatx("float32")
    """
    if value not in FLOAT_TYPES:
        raise ValueError(f"floatx must be one of {', '.join(FLOAT_TYPES)}; got {value!r}.")
    settings.floatx = str(value)


def epsilon() -> float:
    """The small number that keeps divisions and logarithms finite.

    >>> keras.config.epsilon()
    1e-07
    """
    return settings.epsilon


def set_epsilon(value: float) -> None:
    """Set the small number that keeps divisions and logarithms finite.

    Args:
        value: a positive float.

    >>> keras.config.set_epsilon(1e-7)
    """
    if not value > 0:
        raise ValueError(f"epsilon must be a positive number; got {value!r}.")
    settings.epsilon = float(value)


def image_data_format() -> str:
    """Default layout of image tensors: `"channels_last"` or `"channels_first"`.

    >>> keras.config.image_data_format()
    'channels_last'
    """
    return settings.image_data_format


def set_image_data_format(data_format: str) -> None:
    """Set the default layout of image tensors.

    Args:
        data_format: `"channels_last"` or `"channels_first"`.

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
    """Whether progress is printed (the default) rather than logged.

    >>> keras.config.is_interactive_logging_enabled()
    True
    """
    return settings.interactive_logging


def enable_interactive_logging() -> None:
    """Print progress to the standard output.

    >>> keras.config.enable_interactive_logging()
    """
    settings.interactive_logging = True


def disable_interactive_logging() -> None:
    """Send progress to the `logging` module, one line per epoch.

    >>> keras.config.disable_interactive_logging()
    >>> keras.config.is_interactive_logging_enabled()
    False
    >>> keras.config.enable_interactive_logging()
    """
    settings.interactive_logging = False


def is_traceback_filtering_enabled() -> bool:
    """Whether tracebacks leave out the frames of the library (the default).

    >>> keras.config.is_traceback_filtering_enabled()
    True
    """
    return settings.traceback_filtering


def enable_traceback_filtering() -> None:
    """Leave the library's own frames out of tracebacks.

    >>> keras.config.enable_traceback_filtering()
    """
    settings.traceback_filtering = True


def disable_traceback_filtering() -> None:
    """Keep the library's own frames in tracebacks.

    >>> keras.config.disable_traceback_filtering()
    >>> keras.config.is_traceback_filtering_enabled()
    False
    >>> keras.config.enable_traceback_filtering()
    """
    settings.traceback_filtering = False


def is_flash_attention_enabled() -> bool | None:
    """What was asked for last: True, False, or None if nothing was.

    >>> keras.config.is_flash_attention_enabled() in (None, True, False)
    True
    """
    return settings.flash_attention


def enable_flash_attention() -> None:
    """Ask for attention in blocks; kept for compatibility, the platform chooses the formulation.

    >>> keras.config.enable_flash_attention()
    >>> keras.config.is_flash_attention_enabled()
    True
    """
    settings.flash_attention = True


def disable_flash_attention() -> None:
    """Ask for plain attention; kept for compatibility, the platform chooses the formulation.

    >>> keras.config.disable_flash_attention()
    >>> keras.config.is_flash_attention_enabled()
    False
    """
    settings.flash_attention = False


def is_nnx_enabled() -> bool:
    """Whether layers are modules of Flax NNX: never here.

    >>> keras.config.is_nnx_enabled()
    False
    """
    return False


def set_backend(backend: str) -> None:
    """Accept `"jax"`, the one engine there is.

    Args:
        backend: `"jax"`.

    Raises:
        ValueError: for any other name.

    >>> keras.config.set_backend("jax")
    """
    if backend != "jax":
        raise ValueError(
            f"Cornu runs on JAX only; got the back end {backend!r}. Leave the call out."
        )


def max_epochs() -> int | None:
    """The most epochs that `fit` runs, whatever it is asked for; None for no limit.

    >>> keras.config.max_epochs()
    """
    return settings.max_epochs


def set_max_epochs(max_epochs: int | None) -> None:
    """Limit the epochs of every `fit`, for a quick run of a long program.

    Args:
        max_epochs: a positive int, or None for no limit.

    >>> keras.config.set_max_epochs(None)
    """
    settings.max_epochs = _limit("max_epochs", max_epochs)


def max_steps_per_epoch() -> int | None:
    """The most batches in an epoch of `fit`, `evaluate` or `predict`; None for no limit.

    >>> keras.config.max_steps_per_epoch()
    """
    return settings.max_steps_per_epoch


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limit the batches of every epoch, for a quick run of a long program.

    Args:
        max_steps_per_epoch: a positive int, or None for no limit.

    >>> keras.config.set_max_steps_per_epoch(None)
    """
    settings.max_steps_per_epoch = _limit("max_steps_per_epoch", max_steps_per_epoch)


def _limit(name: str, value: int | None) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(f"{name} must be a positive int or None; got {value!r}.")
    return value

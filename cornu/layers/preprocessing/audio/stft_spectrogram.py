"""Spectra over time by convolution with waves, which can be trained."""

from __future__ import annotations

import math
from typing import Any

import jax

from cornu import initializers, ops
from cornu.core import registry
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.engine import config
from cornu.engine.dtypes import standardize_dtype
from cornu.engine.user_warnings import warn

MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
SCALINGS = ("density", "spectrum", None)
PADDINGS = ("valid", "same")


class STFTSpectrogram(Layer):
    """Short-time Fourier transform by convolution with windowed waves, which can be trained.

    Args:
        mode: what to give: `"log"` or `"magnitude"` of the spectrum, `"psd"` (power),
            `"real"` or `"imag"` parts, `"angle"`, or `"stft"` for real and imaginary parts one
            after the other.
        frame_length: samples in a frame.
        frame_step: samples from one frame to the next; half a frame for None.
        fft_length: length of the transform; the next power of 2 for None.
        window: name of a window that SciPy knows, an array of window values, or None.
        periodic: whether the window continues as a periodic function.
        scaling: `"density"` divides the window by the root of its sum of squares, `"spectrum"` by
            its sum; None leaves it.
        padding: `"valid"` or `"same"`, as of convolutions.
        expand_dims: whether frequencies and channels have axes of their own.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Input: (batch, time, channels), or (batch, channels, time).
    Output: (batch, frames, channels * frequencies), or with `expand_dims` (batch, frames,
    frequencies, channels); channels-first (batch, channels * frequencies, frames), or (batch,
    channels, frames, frequencies). There are `fft_length // 2 + 1` frequencies.

    Raises:
        ValueError: for a frame step above the frame, an `fft_length` below it, or an unknown mode,
            scaling, padding or window.

    >>> layer = keras.layers.STFTSpectrogram(mode="magnitude", frame_length=16)
    >>> layer(keras.ops.ones((2, 64, 1))).shape
    (2, 7, 9)
    """

    _settings = (
        "mode frame_length frame_step fft_length periodic scaling padding expand_dims "
        "data_format window"
    ).split()

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        check_lengths(self.name, frame_length, frame_step, fft_length)
        choices = {
            "mode": (mode, MODES),
            "scaling": (scaling, SCALINGS),
            "padding": (padding, PADDINGS),
        }
        for argument, (value, allowed) in choices.items():
            if value not in allowed:
                raise ValueError(
                    f"Layer {self.name!r}: {argument} must be one of {list(allowed)}; got "
                    f"{value!r}."
                )
        self.mode = mode
        self.frame_length = frame_length
        self.frame_step = frame_step
        self._frame_step = frame_step or frame_length // 2
        self.fft_length = fft_length
        self._fft_length = fft_length or 2 ** math.ceil(math.log2(frame_length))
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = padding
        self.expand_dims = expand_dims
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=3)
        if isinstance(window, str):
            # An unknown window is an error now, not when the layer is built.
            initializers.STFT("real", window)((1, 1, 1))

    def build(self, input_shape: tuple) -> None:
        """Make the waves."""
        del input_shape
        if self.mode != "imag":
            self.real_kernel = self._wave("real")
        if self.mode != "real":
            self.imag_kernel = self._wave("imag")

    def _wave(self, side: str) -> Any:
        return self.add_weight(
            name=f"{side}_kernel",
            shape=(self.frame_length, 1, self._fft_length // 2 + 1),
            initializer=initializers.STFT(side, self.window, self.scaling, self.periodic),
        )

    def call(self, inputs: Any) -> jax.Array:
        """The spectra."""
        if standardize_dtype(inputs.dtype) not in ("float16", "float32", "float64", "bfloat16"):
            raise TypeError(
                f"Layer {self.name!r} expects floating point signals; got {inputs.dtype}. "
                "Cast them first."
            )
        real = imaginary = None
        if self.mode != "imag":
            real = self._transformed(inputs, self.real_kernel)
        if self.mode != "real":
            imaginary = self._transformed(inputs, self.imag_kernel)
        return self._arranged(self._combined(real, imaginary))

    def _transformed(self, inputs: Any, kernel: Any) -> jax.Array:
        """Part of the transform, as (batch, frames, frequencies, channels)."""
        if self.data_format == "channels_first":
            inputs = ops.swapaxes(inputs, 1, 2)
        _, time, channels = inputs.shape
        signals = ops.reshape(ops.swapaxes(inputs, 1, 2), (-1, time, 1))
        spectra = ops.conv(
            signals,
            ops.cast(kernel, signals.dtype),
            strides=self._frame_step,
            padding=self.padding,
            data_format="channels_last",
        )
        _, frames, frequencies = spectra.shape
        return ops.transpose(
            ops.reshape(spectra, (-1, channels, frames, frequencies)), (0, 2, 3, 1)
        )

    def _combined(self, real: Any, imaginary: Any) -> Any:
        if self.mode in ("real", "imag"):
            return real if self.mode == "real" else imaginary
        if self.mode == "angle":
            return ops.arctan2(imaginary, real)
        if self.mode == "stft":
            return ops.concatenate([real, imaginary], axis=2)
        power = ops.square(real) + ops.square(imaginary)
        if self.mode == "psd":
            # Frequencies but the first and the last stand for their negatives too.
            return power + ops.pad(power[:, :, 1:-1], ((0, 0), (0, 0), (1, 1), (0, 0)))
        magnitude = ops.sqrt(ops.maximum(power, config.epsilon()))
        if self.mode == "magnitude":
            return magnitude
        return ops.log(ops.maximum(magnitude, config.epsilon()))

    def _arranged(self, spectra: Any) -> jax.Array:
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return spectra if last else ops.transpose(spectra, (0, 3, 1, 2))
        _, frames, frequencies, channels = spectra.shape
        merged = ops.reshape(
            ops.transpose(spectra, (0, 1, 3, 2)), (-1, frames, channels * frequencies)
        )
        return merged if last else ops.swapaxes(merged, 1, 2)

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> STFTSpectrogram:
        """A layer made from what `get_config` returned."""
        window = registry.deserialize(config.get("window", "hann"), expected=())
        return super().from_config({**config, "window": window})


def check_lengths(
    name: str, frame_length: int, frame_step: int | None, fft_length: int | None
) -> None:
    """Raise ValueError for lengths that do not fit; warn of a slow one."""
    if frame_step is not None and not 1 <= frame_step <= frame_length:
        raise ValueError(
            f"Layer {name!r}: frame_step must lie between 1 and frame_length={frame_length}; got "
            f"{frame_step}."
        )
    if fft_length is not None and fft_length < frame_length:
        raise ValueError(
            f"Layer {name!r}: fft_length must be at least frame_length={frame_length}; got "
            f"{fft_length}."
        )
    if fft_length is not None and fft_length & (fft_length - 1):
        warn(f"Layer {name!r}: fft_length={fft_length} is no power of two, which is unusual.")

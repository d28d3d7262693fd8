"""The initializer that makes convolution kernels of the short-time Fourier transform."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.engine import dtypes
from cornu.engine.extras import require
from cornu.initializers.base import Initializer

SIDES = ("real", "imag")
SCALINGS = ("density", "spectrum", None)


class STFT(Initializer):
    """Windowed cosines (or negative sines), one per frequency: half of a Fourier transform.

    A convolution over time with this kernel gives the real (or imaginary) part of the
    short-time Fourier transform.

    Args:
        side: `"real"` or `"imag"`.
        window: name of a window known to SciPy, an array of window values, or None for no window.
        scaling: `"density"` divides the window by the root of its sum of squares, `"spectrum"` by
            its sum; None leaves it.
        periodic: whether the window continues as a periodic function; otherwise it is symmetric.

    Raises:
        ValueError: for an unknown side or scaling, or when called with a shape other than
            `(frame, 1, frequencies)`.

    >>> keras.initializers.STFT("real")((4, 1, 3)).shape
    (4, 1, 3)
    """

    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ):
        if side not in SIDES:
            raise ValueError(f"side must be 'real' or 'imag'; got {side!r}.")
        if scaling not in SCALINGS:
            raise ValueError(f"scaling must be 'density', 'spectrum' or None; got {scaling!r}.")
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        if len(shape) != 3 or shape[1] != 1:
            raise ValueError(
                f"STFT makes kernels of shape (frame, 1, frequencies); got shape {tuple(shape)}."
            )
        frame, _, frequencies = shape
        # A real signal's transform of length n has n // 2 + 1 frequencies; n is taken to be even.
        length = 2 * (frequencies - 1)
        angle = 2 * np.pi / max(length, 1) * np.outer(np.arange(frame), np.arange(frequencies))
        wave = np.cos(angle) if self.side == "real" else -np.sin(angle)
        kernel = self._window(frame)[:, None] * wave
        return jnp.asarray(kernel.reshape(shape).astype(dtypes.canonical(dtype)))

    def _window(self, frame: int) -> np.ndarray:
        if self.window is None:
            return np.ones(frame)
        if isinstance(self.window, str):
            # SciPy comes with JAX; its signal module takes long to import, so only when needed.
            signal = require("scipy.signal", extra="all")
            window = signal.get_window(self.window, frame, fftbins=self.periodic)
        else:
            window = np.asarray(self.window, "float64")
        if window.shape != (frame,):
            raise ValueError(f"STFT's window must have {frame} values; got shape {window.shape}.")
        if self.scaling == "density":
            return window / np.sqrt(np.sum(window**2))
        return window / np.sum(window) if self.scaling == "spectrum" else window

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {
            "side": self.side,
            "window": registry.serialize(self.window),
            "periodic": self.periodic,
            "scaling": self.scaling,
        }

    @classmethod
    def from_config(cls, config: dict) -> STFT:
        """An initializer made from what `get_config` returned."""
        window = config.get("window", "hann")
        if isinstance(window, dict):
            window = registry.deserialize(window, expected=())
        return cls(**{**config, "window": window})

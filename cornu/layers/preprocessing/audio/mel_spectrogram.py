"""Spectra over time on the mel scale, which is spaced as pitch is heard."""

from __future__ import annotations

import math
from typing import Any

import jax
import numpy as np

from cornu import ops
from cornu.core import registry
from cornu.core.layer import Layer


class MelSpectrogram(Layer):
    """Spectra over time on the mel scale (Stevens, Volkmann and Newman, 1937), in decibels.

    Args:
        fft_length: samples in a piece of the signal.
        sequence_stride: samples from one piece to the next.
        sequence_length: length of the window in a piece; `fft_length` for None.
        window: `"hann"`, `"hamming"`, an array of shape (sequence_length,), or None.
        sampling_rate: samples per second.
        num_mel_bins: number of bands.
        min_freq: lower end of the lowest band, in hertz.
        max_freq: upper end of the highest band, in hertz; half of `sampling_rate` for None.
        power_to_db: whether to give decibels.
        top_db: values more than this below the greatest are raised to it.
        mag_exp: exponent of the magnitudes: 1 for magnitude, 2 for power.
        min_power: smallest power that is told from 0.
        ref_power: the power of 0 decibels.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Input: signals of shape (batch, samples) or (samples,).
    Output: (batch, num_mel_bins, pieces) or (num_mel_bins, pieces).

    Raises:
        ValueError: if `fft_length` is below `sequence_length`.

    >>> layer = keras.layers.MelSpectrogram(fft_length=256, sequence_stride=128, num_mel_bins=8)
    >>> layer(keras.ops.ones((2, 1024))).shape
    (2, 8, 9)
    """

    _settings = (
        "fft_length sequence_stride sequence_length sampling_rate num_mel_bins min_freq "
        "max_freq power_to_db top_db mag_exp min_power ref_power window"
    ).split()

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: int = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.fft_length = fft_length
        self.sequence_stride = sequence_stride
        self.sequence_length = sequence_length or fft_length
        if self.sequence_length > fft_length:
            raise ValueError(
                f"Layer {self.name!r}: fft_length must be at least sequence_length; got "
                f"{fft_length} and {sequence_length}."
            )
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = num_mel_bins
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power

    def call(self, inputs: Any) -> jax.Array:
        """The spectra."""
        # Fourier transforms are there in single and double precision only.
        dtype = self.compute_dtype if self.compute_dtype == "float64" else "float32"
        real, imaginary = ops.stft(
            ops.cast(inputs, dtype),
            self.sequence_length,
            self.sequence_stride,
            self.fft_length,
            window=self.window,
            center=True,
        )
        power = ops.power(ops.square(real) + ops.square(imaginary), self.mag_exp / 2)
        matrix = self.linear_to_mel_weight_matrix(
            self.num_mel_bins,
            self.fft_length // 2 + 1,
            self.sampling_rate,
            self.min_freq,
            self.max_freq,
            dtype,
        )
        bands = ops.matmul(power, matrix)
        if self.power_to_db:
            bands = self._decibels(bands)
        return ops.cast(ops.swapaxes(bands, -1, -2), self.compute_dtype)

    def _decibels(self, power: Any) -> jax.Array:
        reference = 10 * math.log10(max(abs(self.ref_power), self.min_power))
        decibels = 10 * ops.log10(ops.maximum(power, self.min_power)) - reference
        return ops.maximum(decibels, ops.max(decibels) - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: float = 8000,
        lower_edge_hertz: float = 125.0,
        upper_edge_hertz: float = 3800.0,
        dtype: str = "float32",
    ) -> jax.Array:
        """Weights of each frequency in each band: triangles of height 1 on the mel scale.

        Args:
            num_mel_bins: number of bands.
            num_spectrogram_bins: number of frequencies, from 0 to half of `sampling_rate`.
            sampling_rate: samples per second.
            lower_edge_hertz: lower end of the lowest band.
            upper_edge_hertz: upper end of the highest band.
            dtype: dtype of the result.

        Returns:
            Tensor of shape (num_spectrogram_bins, num_mel_bins).
        """
        frequencies = mel(np.linspace(0, sampling_rate / 2, num_spectrogram_bins))[:, None]
        edges = np.linspace(mel(lower_edge_hertz), mel(upper_edge_hertz), num_mel_bins + 2)
        low, center, high = edges[:-2], edges[1:-1], edges[2:]
        rising, falling = (
            (frequencies - low) / (center - low),
            (high - frequencies) / (high - center),
        )
        weights = np.maximum(0, np.minimum(rising, falling))
        weights[0] = 0  # The constant part of the signal belongs to no band.
        return ops.convert_to_tensor(weights.astype(dtype))

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> MelSpectrogram:
        """A layer made from what `get_config` returned."""
        window = registry.deserialize(config.get("window", "hann"), expected=())
        return super().from_config({**config, "window": window})


def mel(hertz: Any) -> np.ndarray:
    """The mel scale as in the Hidden Markov Model Toolkit."""
    return 1127 * np.log(1 + np.asarray(hertz, "float64") / 700)

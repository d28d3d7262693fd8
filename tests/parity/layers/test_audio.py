"""Layers for sound beside Keras's: values, gradients, shapes, configs."""

import numpy as np
import pytest

from tests.parity.oracle import compare_layer

RNG = np.random.default_rng(0)
SIGNALS = RNG.normal(size=(2, 120, 2)).astype("float32")
SOUND = RNG.normal(size=(2, 300)).astype("float32")

STFT_CASES = [
    {"mode": mode, "frame_length": 16}
    for mode in ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
] + [
    {"mode": "stft", "frame_length": 12, "frame_step": 5, "expand_dims": True},
    {"mode": "psd", "frame_length": 12, "fft_length": 32, "padding": "same", "window": None},
    {"mode": "real", "frame_length": 16, "scaling": "spectrum", "periodic": True},
    {"mode": "imag", "frame_length": 16, "scaling": None, "window": "hamming"},
]


@pytest.mark.parametrize("settings", STFT_CASES)
def test_stft_spectrogram(settings):
    compare_layer("layers.STFTSpectrogram", settings, SIGNALS)


@pytest.mark.parametrize(
    "settings",
    [
        {"fft_length": 64, "sequence_stride": 32, "num_mel_bins": 6},
        {"fft_length": 64, "sequence_stride": 20, "sequence_length": 48, "num_mel_bins": 6},
        {
            "fft_length": 64,
            "sequence_stride": 32,
            "num_mel_bins": 5,
            "power_to_db": False,
            "mag_exp": 1.0,
            "sampling_rate": 8000,
            "min_freq": 100.0,
            "max_freq": 3000.0,
        },
        {
            "fft_length": 32,
            "sequence_stride": 16,
            "num_mel_bins": 4,
            "window": "hamming",
            "top_db": 20.0,
            "ref_power": 5.0,
        },
    ],
)
def test_mel_spectrogram(settings):
    compare_layer("layers.MelSpectrogram", settings, SOUND)


def test_mel_spectrogram_of_one_signal():
    settings = {"fft_length": 64, "sequence_stride": 32, "num_mel_bins": 6}
    compare_layer("layers.MelSpectrogram", settings, SOUND[0], symbolic=False)

"""Spectra over time: against NumPy's Fourier transform, in other layouts, and wrong arguments."""

import jax
import numpy as np
import pytest

import cornu as keras

SIGNALS = np.random.default_rng(0).normal(size=(2, 40, 3)).astype("float32")


def test_magnitudes_are_those_of_numpy():
    layer = keras.layers.STFTSpectrogram("magnitude", frame_length=8, frame_step=4, scaling=None)
    frames = np.lib.stride_tricks.sliding_window_view(SIGNALS[:, :, 0], 8, axis=1)[:, ::4]
    expected = np.abs(np.fft.rfft(frames * np.hanning(8)))
    # The magnitude is at least the root of epsilon.
    np.testing.assert_allclose(
        layer(SIGNALS[:, :, :1]), np.maximum(expected, np.sqrt(1e-7)), atol=1e-5
    )


@pytest.mark.parametrize("expand_dims, axes", [(False, (0, 2, 1)), (True, (0, 3, 1, 2))])
def test_layouts_hold_the_same_values(expand_dims, axes):
    settings = {"mode": "stft", "frame_length": 8, "expand_dims": expand_dims}
    last = keras.layers.STFTSpectrogram(**settings)(SIGNALS)
    layer = keras.layers.STFTSpectrogram(**settings, data_format="channels_first")
    first = layer(np.swapaxes(SIGNALS, 1, 2))
    np.testing.assert_allclose(first, np.transpose(last, axes), atol=1e-6)


def test_unknown_time_stays_unknown():
    inputs = keras.Input((None, 2))
    layer = keras.layers.STFTSpectrogram("magnitude", frame_length=8)
    assert layer(inputs).shape == (None, None, 10)


def test_waves_can_be_trained():
    layer = keras.layers.STFTSpectrogram("psd", frame_length=8)
    layer.build((None, 40, 3))
    assert [weight.shape for weight in layer.trainable_weights] == [(8, 1, 5), (8, 1, 5)]


def test_silence_has_finite_gradients():
    layer = keras.layers.MelSpectrogram(fft_length=16, sequence_stride=8, num_mel_bins=3)
    gradient = jax.grad(lambda x: keras.ops.sum(layer(x)))(keras.ops.zeros((1, 64)))
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"mode": "loud"}, "mode must be one of"),
        ({"scaling": "size"}, "scaling must be one of"),
        ({"padding": "causal"}, "padding must be one of"),
        ({"frame_length": 8, "frame_step": 9}, "frame_step must lie between"),
        ({"frame_length": 8, "fft_length": 4}, "fft_length must be at least"),
        ({"window": "door"}, "door|[Uu]nknown"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        keras.layers.STFTSpectrogram(**settings)


def test_unusual_length_of_the_transform_is_said():
    with pytest.warns(UserWarning, match="no power of two"):
        keras.layers.STFTSpectrogram(frame_length=8, fft_length=12)


def test_integers_are_refused():
    with pytest.raises(TypeError, match="floating point signals"):
        keras.layers.STFTSpectrogram(frame_length=8)(np.ones((1, 40, 1), "int32"))


def test_window_longer_than_the_transform_is_refused():
    with pytest.raises(ValueError, match="fft_length must be at least sequence_length"):
        keras.layers.MelSpectrogram(fft_length=16, sequence_length=32)

"""Fourier transforms, short-time Fourier transforms and windows.

A complex tensor is a pair of real ones here, the real and the imaginary parts.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine import config
from cornu.ops.op import TensorLike, as_array, as_float, op

Pair = tuple[jax.Array, jax.Array]


@op
def fft(x: tuple[TensorLike, TensorLike]) -> Pair:
    """Fourier transform along the last axis.

    Args:
        x: pair of real and imaginary parts, of the same shape.

    Returns:
        Pair of real and imaginary parts.

    >>> keras.ops.fft(([1.0, 1.0], [0.0, 0.0]))[0].tolist()
    [2.0, 0.0]
    """
    return _pair(jnp.fft.fft(_complex(x, "fft")))


@op
def fft2(x: tuple[TensorLike, TensorLike]) -> Pair:
    """Fourier transform along the last two axes.

    Args:
        x: pair of real and imaginary parts, of the same shape.

    Returns:
        Pair of real and imaginary parts.

    >>> keras.ops.fft2(([[1.0, 1.0]], [[0.0, 0.0]]))[0].tolist()
    [[2.0, 0.0]]
    """
    return _pair(jnp.fft.fft2(_complex(x, "fft2")))


@op
def ifft2(x: tuple[TensorLike, TensorLike]) -> Pair:
    """Inverse Fourier transform along the last two axes.

    Args:
        x: pair of real and imaginary parts, of the same shape.

    Returns:
        Pair of real and imaginary parts.

    >>> keras.ops.ifft2(([[2.0, 0.0]], [[0.0, 0.0]]))[0].tolist()
    [[1.0, 1.0]]
    """
    return _pair(jnp.fft.ifft2(_complex(x, "ifft2")))


@op
def rfft(x: TensorLike, fft_length: int | None = None) -> Pair:
    """Fourier transform of real numbers along the last axis.

    Args:
        x: real tensor of shape (..., n).
        fft_length: the axis is cut or padded with zeros to this; `n` for None.

    Returns:
        Pair of real and imaginary parts, of shape (..., fft_length // 2 + 1).

    >>> keras.ops.rfft([1.0, 1.0, 1.0, 1.0])[0].tolist()
    [4.0, 0.0, 0.0]
    """
    return _pair(jnp.fft.rfft(as_float(x), fft_length))


@op
def irfft(x: tuple[TensorLike, TensorLike], fft_length: int | None = None) -> jax.Array:
    """The real numbers whose Fourier transform this is.

    Args:
        x: pair of real and imaginary parts, of shape (..., k).
        fft_length: size of the result's last axis; `2 * (k - 1)` for None.

    Returns:
        Real tensor of shape (..., fft_length).

    >>> keras.ops.irfft(([4.0, 0.0, 0.0], [0.0, 0.0, 0.0])).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    return jnp.fft.irfft(_complex(x, "irfft"), fft_length)


@op
def extract_sequences(x: TensorLike, sequence_length: int, sequence_stride: int) -> jax.Array:
    """Overlapping pieces of the last axis.

    Args:
        x: tensor of shape (..., samples).
        sequence_length: samples in a piece.
        sequence_stride: samples from the start of one piece to the next.

    Returns:
        Tensor of shape (..., pieces, sequence_length); what fills no whole piece is left out.

    >>> keras.ops.extract_sequences(keras.ops.arange(5), 3, 2).tolist()
    [[0, 1, 2], [2, 3, 4]]
    """
    x = as_array(x)
    pieces = max(0, (x.shape[-1] - sequence_length) // sequence_stride + 1)
    starts = jnp.arange(pieces)[:, None] * sequence_stride
    return x[..., starts + jnp.arange(sequence_length)]


@op
def stft(
    x: TensorLike,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: str | TensorLike | None = "hann",
    center: bool = True,
) -> Pair:
    """Short-time Fourier transform: the spectra of overlapping, windowed pieces.

    Args:
        x: real tensor of shape (..., samples).
        sequence_length: length of the window.
        sequence_stride: samples from one piece to the next.
        fft_length: samples in a piece; the window stands in its middle.
        window: `"hann"`, `"hamming"`, a tensor of shape (sequence_length,), or None for
            ones over the whole piece.
        center: whether the signal is continued by reflection at both ends, so that the first
            piece is centered on the first sample.

    Returns:
        Pair of real and imaginary parts, of shape (..., pieces, fft_length // 2 + 1).

    >>> keras.ops.stft(keras.ops.ones((8,)), 4, 2, 4)[0].shape
    (5, 3)
    """
    x = as_float(x)
    weights = _window(window, sequence_length, fft_length, x.dtype)
    if center:
        margin = fft_length // 2
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(margin, margin)], mode="reflect")
    pieces = extract_sequences(x, fft_length, sequence_stride)
    return _pair(jnp.fft.rfft(pieces * weights))


@op
def istft(
    x: tuple[TensorLike, TensorLike],
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: str | TensorLike | None = "hann",
    center: bool = True,
) -> jax.Array:
    """The signal with these short-time spectra: what `stft` was made from.

    The pieces are windowed again, added up and divided by the sum of the squared windows: the
    least-squares solution (Griffin and Lim, 1984).

    Args:
        x: pair of real and imaginary parts, of shape (..., pieces, fft_length // 2 + 1).
        sequence_length: length of the window.
        sequence_stride: samples from one piece to the next.
        fft_length: samples in a piece.
        length: samples in the result, cut or filled up with zeros; as many as there are for None.
        window: `"hann"`, `"hamming"`, a tensor of shape (sequence_length,), or None for
            ones over the whole piece.
        center: whether `stft` was called with it.

    Returns:
        Real tensor of shape (..., samples).

    >>> spectra = keras.ops.stft(keras.ops.ones((8,)), 4, 2, 4)
    >>> keras.ops.istft(spectra, 4, 2, 4).shape
    (8,)
    """
    pieces = jnp.fft.irfft(_complex(x, "istft"), fft_length)
    weights = _window(window, sequence_length, fft_length, pieces.dtype)
    signal = _overlap_add(pieces * weights, sequence_stride)
    squares = jnp.broadcast_to(weights**2, pieces.shape[-2:])
    total = _overlap_add(squares, sequence_stride)
    signal = jnp.where(total > 1e-10, signal / jnp.where(total > 1e-10, total, 1), signal)

    margin = fft_length // 2 if center else 0
    end = signal.shape[-1] - margin if length is None else margin + length
    signal = signal[..., margin:end]
    if length is None:
        return signal
    missing = max(0, length - signal.shape[-1])
    return jnp.pad(signal, [(0, 0)] * (signal.ndim - 1) + [(0, missing)])


def _overlap_add(pieces: jax.Array, stride: int) -> jax.Array:
    """Pieces of shape (..., pieces, size) added up at distances of `stride`."""
    count, size = pieces.shape[-2:]
    places = jnp.arange(count)[:, None] * stride + jnp.arange(size)
    total = jnp.zeros((*pieces.shape[:-2], max(0, (count - 1) * stride + size)), pieces.dtype)
    return total.at[..., places].add(pieces)


def _window(window: Any, sequence_length: int, fft_length: int, dtype: Any) -> jax.Array:
    """The window's values, with zeros on both sides up to `fft_length`."""
    if fft_length < sequence_length:
        raise ValueError(
            f"fft_length must be at least sequence_length; got {fft_length} and {sequence_length}."
        )
    if window is None:
        return jnp.ones(fft_length, dtype)
    if isinstance(window, str):
        cosine = {"hann": 0.5, "hamming": 0.54}
        if window not in cosine:
            raise ValueError(f"window must be 'hann', 'hamming', a tensor or None; got {window!r}.")
        base = cosine[window]
        # Periodic, so one sample longer than the symmetric window, the last one left out.
        angle = 2 * jnp.pi * jnp.arange(sequence_length) / sequence_length
        values = (base - (1 - base) * jnp.cos(angle)).astype(dtype)
    else:
        values = as_array(window).astype(dtype)
        if values.shape != (sequence_length,):
            raise ValueError(
                f"window must have shape ({sequence_length},), the sequence_length; got "
                f"{values.shape}."
            )
    before = (fft_length - sequence_length) // 2
    return jnp.pad(values, (before, fft_length - sequence_length - before))


def _complex(x: Any, where: str) -> jax.Array:
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(
            f"{where} expects a pair of tensors, the real and the imaginary parts; got {x!r}."
        )
    real, imaginary = (as_float(part) for part in x)
    if real.shape != imaginary.shape:
        raise ValueError(
            f"{where} expects real and imaginary parts of the same shape; got {real.shape} and "
            f"{imaginary.shape}."
        )
    return jax.lax.complex(real, imaginary)


def _pair(x: jax.Array) -> Pair:
    return jnp.real(x), jnp.imag(x)


def bartlett(x: int) -> jax.Array:
    """Bartlett's window: a triangle with zeros at both ends.

    Args:
        x: number of samples.

    >>> keras.ops.bartlett(3).tolist()
    [0.0, 1.0, 0.0]
    """
    return jnp.bartlett(int(x)).astype(config.floatx())


def blackman(x: int) -> jax.Array:
    """Blackman's window, a sum of three cosines.

    Args:
        x: number of samples.

    >>> keras.ops.blackman(3).shape
    (3,)
    """
    return jnp.blackman(int(x)).astype(config.floatx())


def hamming(x: int) -> jax.Array:
    """Hamming's window: a raised cosine with 0.08 at both ends.

    Args:
        x: number of samples.

    >>> keras.ops.hamming(3).shape
    (3,)
    """
    return jnp.hamming(int(x)).astype(config.floatx())


def hanning(x: int) -> jax.Array:
    """Hann's window: a raised cosine with zeros at both ends.

    Args:
        x: number of samples.

    >>> keras.ops.hanning(3).tolist()
    [0.0, 1.0, 0.0]
    """
    return jnp.hanning(int(x)).astype(config.floatx())


def kaiser(x: int, beta: float) -> jax.Array:
    """Kaiser's window, made from a Bessel function.

    Args:
        x: number of samples.
        beta: how narrow it is; 0 gives ones.

    >>> keras.ops.kaiser(3, 0.0).tolist()
    [1.0, 1.0, 1.0]
    """
    return jnp.kaiser(int(x), float(beta)).astype(config.floatx())

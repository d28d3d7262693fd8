"""Hashes of the decimal digits of integers, in NumPy or in a compiled program."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.layers.preprocessing.strings.fingerprints import (
    fingerprint64,
    fingerprint_of_short,
    siphash,
    siphash_of_words,
)
from cornu.layers.preprocessing.strings.packed import pack

u64 = np.uint64
# Integers of this many digits have at most 15 bytes, sign included.
MOST_DIGITS = 14


def hash_integers(values: Any, bins: int, salt: Any = None) -> Any:
    """The hash of each integer's decimal digits, modulo a number of bins.

    Args:
        values: NumPy or JAX array of integers of any shape.
        bins: number of bins.
        salt: None for FarmHash's Fingerprint64, or the two integers of SipHash's key.

    Returns:
        An array of the same shape, int64 in NumPy, int32 in JAX.

    >>> from cornu.layers.preprocessing.strings.integer_hashes import hash_integers
    >>> hash_integers(np.array([12, -7]), 100).shape
    (2,)
    """
    if isinstance(values, jax.Array):
        # 64-bit arithmetic in the midst of a program that computes in 32 bits.
        with jax.enable_x64(True):
            hashes = _hash_short(values.astype(jnp.int64), salt, jnp)
            return (hashes % u64(bins)).astype(jnp.int32)
    values = np.asarray(values)
    flat = values.reshape(-1).astype(np.int64)
    if flat.size and max(-int(flat.min()), int(flat.max())) >= 10**MOST_DIGITS:
        strings = pack([b"%d" % value for value in flat.tolist()])
        hashes = fingerprint64(strings) if salt is None else siphash(strings, salt)
    else:
        hashes = _hash_short(flat, salt, np)
    return (hashes % u64(bins)).astype(np.int64).reshape(values.shape)


def _hash_short(values: Any, salt: Any, xp: Any) -> Any:
    length, before, last = _digits(values, xp)
    # The string is the last `length` bytes of the 16 in (before, last).
    missing = (u64(16) - length) * u64(8)
    short = length <= u64(8)
    bits = xp.where(short, missing - u64(64), missing)
    first = xp.where(short, last, before) >> bits
    carried = xp.where(short, u64(0), last << ((u64(64) - bits) & u64(63)))
    first = first | xp.where(bits == u64(0), u64(0), carried)
    rest = xp.where(short, u64(0), last >> bits)
    if salt is not None:
        return siphash_of_words(first, rest, length, salt, xp.where)
    few = [first & u64(255), (first >> ((length >> u64(1)) * u64(8))) & u64(255), last >> u64(56)]
    first4, last4 = first & u64(0xFFFFFFFF), last >> u64(32)
    return fingerprint_of_short(length, first, last, first4, last4, few, xp.where)


def _digits(values: Any, xp: Any) -> tuple:
    """Length of the decimal digits with the sign, and their last 16 bytes as two words."""
    negative = values < 0
    left = xp.where(negative, -values, values).astype(u64)
    digits = xp.zeros_like(left)
    words = [xp.zeros_like(left), xp.zeros_like(left)]
    for place in range(MOST_DIGITS + 1):
        digit = left % u64(10) + u64(48)
        is_digit = (left > u64(0)) | (u64(place) == u64(0))
        is_sign = negative & ~is_digit & (digits == u64(place))
        byte = xp.where(is_digit, digit, xp.where(is_sign, u64(45), u64(0)))
        word, shift = (1, 56 - 8 * place) if place < 8 else (0, 120 - 8 * place)
        words[word] = words[word] | (byte << u64(shift))
        digits = digits + xp.where(is_digit, u64(1), u64(0))
        left = left // u64(10)
    return digits + xp.where(negative, u64(1), u64(0)), words[0], words[1]

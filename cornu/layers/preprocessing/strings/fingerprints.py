"""Hashes of strings that other programs compute too: FarmHash's Fingerprint64 and SipHash-2-4.

Both run over many strings at once, on 64-bit integers that wrap around. Fingerprint64 is the
function of that name in FarmHash (Pike, 2014); SipHash is that of Aumasson and Bernstein (2012).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.layers.preprocessing.strings.packed import PackedStrings

u64 = np.uint64
K0, K1, K2 = u64(0xC3A5C85C97CB3127), u64(0xB492B66FBE98F273), u64(0x9AE16A3B2F90404F)
CROSS = u64(0xC6A4A7935BD1E995)


def fingerprint64(strings: PackedStrings) -> np.ndarray:
    """FarmHash's Fingerprint64 of each string.

    Args:
        strings: the strings.

    Returns:
        uint64 array `(count,)`.

    >>> from cornu.layers.preprocessing.strings.fingerprints import fingerprint64
    >>> from cornu.layers.preprocessing.strings.packed import pack
    >>> fingerprint64(pack([b"hello"])).tolist()
    [13009744463427800296]
    """
    result = np.empty(len(strings), u64)
    lengths = strings.lengths
    for least, most, function in RANGES:
        chosen = np.flatnonzero((lengths >= least) & (lengths <= most))
        if len(chosen):
            result[chosen] = function(strings.take(chosen))
    return result


def _fetch32(strings: PackedStrings, offset: Any = 0) -> np.ndarray:
    return strings.words(offset) & u64(0xFFFFFFFF)


def rotate(x: Any, bits: int) -> Any:
    """Bits moved to the right, those that fall out coming back on the left."""
    return (x >> u64(bits)) | (x << u64(64 - bits))


def shift_mix(x: Any) -> Any:
    """The number mixed with its own upper bits."""
    return x ^ (x >> u64(47))


def hash_of_two(u: Any, v: Any, multiplier: Any) -> Any:
    """FarmHash's mix of two words into one."""
    a = shift_mix((u ^ v) * multiplier)
    return shift_mix((v ^ a) * multiplier) * multiplier


def fingerprint_of_short(
    length: Any, first: Any, last: Any, first4: Any, last4: Any, few: Any, where: Callable
) -> Any:
    """Fingerprint64 of strings of 1 to 16 bytes, for any kind of array of 64-bit integers.

    Args:
        length: number of bytes.
        first: the first 8 bytes, used from length 8 on.
        last: the last 8 bytes, likewise.
        first4: the first 4 bytes, used from length 4 on.
        last4: the last 4 bytes, likewise.
        few: the first, the middle and the last byte, used below.
        where: `numpy.where` or `jax.numpy.where`.
    """
    multiplier = K2 + length * u64(2)
    a, b = first + K2, last
    c, d = rotate(b, 37) * multiplier + a, (rotate(a, 25) + b) * multiplier
    from8 = hash_of_two(c, d, multiplier)
    from4 = hash_of_two(length + (first4 << u64(3)), last4, multiplier)
    y, z = few[0] + (few[1] << u64(8)), length + (few[2] << u64(2))
    from1 = shift_mix((y * K2) ^ (z * K0)) * K2
    return where(length >= u64(8), from8, where(length >= u64(4), from4, from1))


def _empty(strings: PackedStrings) -> np.ndarray:
    return np.full(len(strings), K2)


def _up_to_16(strings: PackedStrings) -> np.ndarray:
    n = strings.lengths
    few = [strings.bytes_at(0), strings.bytes_at(n >> 1), strings.bytes_at(n - 1)]
    last, last4 = strings.words(np.maximum(n - 8, 0)), _fetch32(strings, np.maximum(n - 4, 0))
    first4 = _fetch32(strings)
    return fingerprint_of_short(n.astype(u64), strings.words(), last, first4, last4, few, np.where)


def _up_to_32(strings: PackedStrings) -> np.ndarray:
    n = strings.lengths
    multiplier = K2 + n.astype(u64) * u64(2)
    a, b = strings.words() * K1, strings.words(8)
    c, d = strings.words(n - 8) * multiplier, strings.words(n - 16) * K2
    return hash_of_two(
        rotate(a + b, 43) + rotate(c, 30) + d, a + rotate(b + K2, 18) + c, multiplier
    )


def _up_to_64(strings: PackedStrings) -> np.ndarray:
    n = strings.lengths
    multiplier = K2 + n.astype(u64) * u64(2)
    a, b = strings.words() * K2, strings.words(8)
    c, d = strings.words(n - 8) * multiplier, strings.words(n - 16) * K2
    y = rotate(a + b, 43) + rotate(c, 30) + d
    z = hash_of_two(y, a + rotate(b + K2, 18) + c, multiplier)
    e, f = strings.words(16) * multiplier, strings.words(24)
    g = (y + strings.words(n - 32)) * multiplier
    h = (z + strings.words(n - 24)) * multiplier
    return hash_of_two(rotate(e + f, 43) + rotate(g, 30) + h, e + rotate(f + a, 18) + g, multiplier)


def _weak_hash(strings: PackedStrings, offset: Any, a: Any, b: Any) -> tuple:
    w, x, y, z = (strings.words(offset + shift) for shift in (0, 8, 16, 24))
    a = a + w
    b = rotate(b + a + z, 21)
    c = a
    a = a + x + y
    b = b + rotate(a, 44)
    return a + z, b + c


def _longer(strings: PackedStrings) -> np.ndarray:
    """Strings above 64 bytes: blocks of 64, the last 64 bytes once more at the end."""
    result = np.empty(len(strings), u64)
    places = np.arange(len(strings))
    last_block = (strings.lengths - 1) // 64
    x = np.full(len(strings), u64(81))
    y = x * K1 + u64(113)
    z = shift_mix(y * K2 + u64(113)) * K2
    state = [x * K2 + strings.words(), y, z, *(np.zeros_like(x) for _ in range(4))]
    for block in range(int(last_block.max()) + 1):
        # Strings whose blocks are all read drop out.
        going = last_block > block
        ending = ~going
        result[places[ending]] = _last_block(strings.take(ending), *(s[ending] for s in state))
        strings, places, last_block = strings.take(going), places[going], last_block[going]
        state = _next_block(strings, 64 * block, *(s[going] for s in state))
    return result


def _next_block(
    strings: PackedStrings, at: int, x: Any, y: Any, z: Any, v0: Any, v1: Any, w0: Any, w1: Any
) -> list:
    x = rotate(x + y + v0 + strings.words(at + 8), 37) * K1
    y = rotate(y + v1 + strings.words(at + 48), 42) * K1
    x = x ^ w1
    y = y + v0 + strings.words(at + 40)
    z = rotate(z + w0, 33) * K1
    v = _weak_hash(strings, at, v1 * K1, x + w0)
    w = _weak_hash(strings, at + 32, z + w1, y + strings.words(at + 16))
    return [z, y, x, *v, *w]


def _last_block(
    strings: PackedStrings, x: Any, y: Any, z: Any, v0: Any, v1: Any, w0: Any, w1: Any
) -> np.ndarray:
    n = strings.lengths
    multiplier = K1 + ((z & u64(0xFF)) << u64(1))
    at = n - 64
    w0 = w0 + ((n - 1) & 63).astype(u64)
    v0 = v0 + w0
    w0 = w0 + v0
    x = rotate(x + y + v0 + strings.words(at + 8), 37) * multiplier
    y = rotate(y + v1 + strings.words(at + 48), 42) * multiplier
    x = x ^ (w1 * u64(9))
    y = y + v0 * u64(9) + strings.words(at + 40)
    z = rotate(z + w0, 33) * multiplier
    v = _weak_hash(strings, at, v1 * multiplier, x + w0)
    w = _weak_hash(strings, at + 32, z + w1, y + strings.words(at + 16))
    z, x = x, z
    mixed = hash_of_two(v[0], w[0], multiplier) + shift_mix(y) * K0 + z
    return hash_of_two(mixed, hash_of_two(v[1], w[1], multiplier) + x, multiplier)


RANGES = (
    (0, 0, _empty),
    (1, 16, _up_to_16),
    (17, 32, _up_to_32),
    (33, 64, _up_to_64),
    (65, 2**62, _longer),
)


def combine(left: Any, right: Any) -> Any:
    """The fingerprint of two fingerprints one behind the other."""
    result = left ^ CROSS
    result = (result ^ (shift_mix(right * CROSS) * CROSS)) * CROSS
    return shift_mix(shift_mix(result) * CROSS)


def siphash(strings: PackedStrings, key: tuple[int, int]) -> np.ndarray:
    """SipHash-2-4 of each string.

    Args:
        strings: the strings.
        key: two 64-bit integers.

    Returns:
        uint64 array `(count,)`.

    >>> from cornu.layers.preprocessing.strings.fingerprints import siphash
    >>> from cornu.layers.preprocessing.strings.packed import pack
    >>> key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    >>> hex(siphash(pack([bytes(range(15))]), key)[0])
    '0xa129ca6149be45e5'
    """
    n = strings.lengths
    v = _sip_start(key, n.astype(u64))
    last = n // 8
    for block in range(int(last.max(initial=0)) + 1):
        # The last word holds the bytes left over and, on top, the length.
        active = last >= block
        word = np.zeros(len(n), u64)
        word[active] = strings.take(active).padded_words(8 * block)
        word = np.where(last == block, word | ((n & 0xFF).astype(u64) << u64(56)), word)
        v = [np.where(active, a, b) for a, b in zip(_sip_word(v, word), v)]
    return _sip_end(v)


def siphash_of_words(
    first: Any, rest: Any, length: Any, key: tuple[int, int], where: Callable
) -> Any:
    """SipHash-2-4 of strings of at most 15 bytes, for any kind of array of 64-bit integers.

    Args:
        first: the first 8 bytes, zeros behind the end.
        rest: the bytes behind these, likewise.
        length: number of bytes, at most 15.
        key: two 64-bit integers.
        where: `numpy.where` or `jax.numpy.where`.
    """
    v = _sip_start(key, length)
    end = length << u64(56)
    long = length >= u64(8)
    after_first = _sip_word(v, first)
    v = [where(long, a, b) for a, b in zip(after_first, v)]
    return _sip_end(_sip_word(v, where(long, rest, first) | end))


def _sip_start(key: tuple[int, int], like: Any) -> list:
    constants = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
    k0, k1 = (u64(part % 2**64) for part in key)
    zeros = like ^ like
    return [zeros + (u64(c) ^ k) for c, k in zip(constants, (k0, k1, k0, k1))]


def _sip_word(v: list, word: Any) -> list:
    new = _sip_round(_sip_round([v[0], v[1], v[2], v[3] ^ word]))
    return [new[0] ^ word, *new[1:]]


def _sip_end(v: list) -> Any:
    v = [v[0], v[1], v[2] ^ u64(0xFF), v[3]]
    for _ in range(4):
        v = _sip_round(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _rotate_left(x: np.ndarray, bits: int) -> np.ndarray:
    return rotate(x, 64 - bits)


def _sip_round(v: list) -> list:
    v0, v1, v2, v3 = v
    v0 = v0 + v1
    v1 = _rotate_left(v1, 13) ^ v0
    v0 = _rotate_left(v0, 32)
    v2 = v2 + v3
    v3 = _rotate_left(v3, 16) ^ v2
    v0 = v0 + v3
    v3 = _rotate_left(v3, 21) ^ v0
    v2 = v2 + v1
    v1 = _rotate_left(v1, 17) ^ v2
    v2 = _rotate_left(v2, 32)
    return [v0, v1, v2, v3]

"""Hashes of strings against values that others published."""

import numpy as np
import pytest

from cornu.layers.preprocessing.strings.fingerprints import fingerprint64, siphash
from cornu.layers.preprocessing.strings.integer_hashes import hash_integers
from cornu.layers.preprocessing.strings.packed import pack
from cornu.layers.preprocessing.strings.word_table import WordTable

# Reference outputs of SipHash-2-4 for the key 00 01 ... 0f and the message 00 01 02 ... (the
# authors' vectors), by length.
SIPHASH = {
    0: 0x726FDB47DD0E0E31,
    1: 0x74F839C593DC67FD,
    7: 0xAB0200F58B01D137,
    8: 0x93F5F5799A932462,
    15: 0xA129CA6149BE45E5,
    63: 0x958A324CEB064572,
}


@pytest.mark.parametrize("length", SIPHASH)
def test_siphash_gives_the_vectors_of_its_authors(length):
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    assert siphash(pack([bytes(range(length))]), key).tolist() == [SIPHASH[length]]


def test_strings_are_hashed_independently_of_their_neighbors():
    strings = [b"x" * n for n in range(200)]
    together = fingerprint64(pack(strings))
    assert together.tolist() == [int(fingerprint64(pack([s]))[0]) for s in strings]


@pytest.mark.parametrize("salt", [None, (3, 4)])
def test_integers_are_hashed_as_their_digits(salt):
    values = np.array([0, 7, -7, 10**7, -(10**7), 10**8, 10**14 + 1, -(10**14), 123456789012345])
    strings = pack([str(v).encode() for v in values.tolist()])
    hashes = fingerprint64(strings) if salt is None else siphash(strings, salt)
    expected = (hashes % np.uint64(10**9)).tolist()
    assert hash_integers(values, 10**9, salt).tolist() == expected
    assert hash_integers(np.append(values, 10**17), 10**9, salt)[:-1].tolist() == expected


def test_a_table_tells_strings_apart_that_begin_alike():
    words = [
        b"",
        b"\x00",
        b"\x00\x00",
        *(b"abcdefgh" * n for n in range(1, 4)),
        b"a" * 15,
        b"a" * 16,
    ]
    words += [str(i).encode() for i in range(3000)]
    table = WordTable(words)
    assert table.find(pack(words)).tolist() == list(range(len(words)))
    assert table.find(pack([b"a", b"abcdefg", b"a" * 17])).tolist() == [-1, -1, -1]

"""Folders of texts and of sounds."""

import struct

import numpy as np
import pytest

from cornu.data.directories.wav import decode_wav
from cornu.utils import audio_dataset_from_directory, text_dataset_from_directory


def wav(values, kind=1, bits=16, rate=8000):
    """A WAV file of samples `(samples, channels)` that are encoded already."""
    data = values.tobytes()
    channels = values.shape[1]
    width = bits // 8
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * width * channels, width, bits)
    note = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    body = b"WAVEfmt " + struct.pack("<I", 16) + head + note + b"data"
    body += struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tone(count, channels=1):
    return np.arange(count * channels, dtype="<i2").reshape(count, channels) * 64


@pytest.fixture
def texts(tmp_path):
    for name, text in {"neg/1.txt": "schlecht", "neg/2.txt": "öde", "pos/1.txt": "gut"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def sounds(tmp_path):
    for number, name in enumerate(("a/1.wav", "a/2.wav", "b/1.wav")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(wav(tone(4 + 2 * number)))
    return tmp_path


def first(dataset):
    return next(iter(dataset))


def test_texts_with_labels(texts):
    dataset = text_dataset_from_directory(texts, shuffle=False, verbose=False)
    x, y = first(dataset)
    assert (x.tolist(), y.tolist()) == (["schlecht", "öde", "gut"], [0, 0, 1])
    assert (x.dtype, dataset.class_names) == (object, ["neg", "pos"])


def test_texts_are_cut_off_and_split(texts):
    arguments = {"max_length": 2, "shuffle": False, "verbose": False, "label_mode": None}
    train, validation = text_dataset_from_directory(
        texts, validation_split=0.34, subset="both", **arguments
    )
    assert first(train).tolist() == ["sc", "öd"]
    assert first(validation).tolist() == ["gu"]


def test_a_text_in_another_encoding_is_named(texts):
    (texts / "pos" / "2.txt").write_bytes("gut\nschön".encode("latin-1"))
    with pytest.raises(ValueError, match=r"2\.txt is no UTF-8 text: .* in line 2"):
        first(text_dataset_from_directory(texts, verbose=False))
    with pytest.raises(ValueError, match="format must be"):
        text_dataset_from_directory(texts, format="list")


def test_sounds_are_filled_up_to_the_longest(sounds):
    x, y = first(audio_dataset_from_directory(sounds, shuffle=False, verbose=False))
    assert (x.shape, x.dtype, y.tolist()) == ((3, 8, 1), np.float32, [0, 0, 1])
    np.testing.assert_allclose(x[0, :, 0], [0, 1 / 512, 2 / 512, 3 / 512, 0, 0, 0, 0])


def test_sounds_of_one_length(sounds):
    dataset = audio_dataset_from_directory(
        sounds, output_sequence_length=6, labels=None, shuffle=False, verbose=False
    )
    x = first(dataset)
    assert x.shape == (3, 6, 1)
    assert x[0, 4:].tolist() == [[0], [0]]
    assert x[2, 5, 0] == 5 / 512


def test_sounds_one_by_one_keep_their_length(sounds):
    dataset = audio_dataset_from_directory(
        sounds, batch_size=None, labels=None, shuffle=False, verbose=False
    )
    assert [len(x) for x in dataset] == [4, 6, 8]


def test_sounds_are_brought_to_one_rate(tmp_path):
    time = np.arange(8000) / 8000
    sine = (10000 * np.sin(2 * np.pi * 100 * time)).astype("<i2")[:, None]
    (tmp_path / "a.wav").write_bytes(wav(sine))
    x = first(audio_dataset_from_directory(tmp_path, sampling_rate=4000, labels=None))
    assert x.shape == (1, 4000, 1)
    expected = 10000 / 2**15 * np.sin(2 * np.pi * 100 * np.arange(4000) / 4000)
    np.testing.assert_allclose(x[0, 100:-100, 0], expected[100:-100], atol=2e-3)


@pytest.mark.parametrize(
    ("values", "kind", "bits"),
    [
        (np.array([[0, 192]], "u1"), 1, 8),
        (np.array([[-(2**15), 2**14]], "<i2"), 1, 16),
        (np.array([[0, 0, 128, 0, 0, 64]], "u1"), 1, 24),
        (np.array([[-(2**31), 2**30]], "<i4"), 1, 32),
        (np.array([[-1, 0.5]], "<f4"), 3, 32),
        (np.array([[-1, 0.5]], "<f8"), 3, 64),
    ],
)
def test_every_encoding_gives_the_same_sound(values, kind, bits):
    content = bytearray(wav(values, kind, bits))
    content[22:24] = struct.pack("<H", 2)
    sound, rate = decode_wav(bytes(content), "x.wav")
    assert (sound.tolist(), sound.dtype, rate) == ([[-1, 0.5]], np.float32, 8000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no WAV file"),
        (b"OggS" + bytes(40), "no WAV file"),
        (wav(tone(40))[:-8], "'data' should have 80 bytes and has 72"),
        (wav(tone(4))[:30], "'fmt' should have 16 bytes"),
        (wav(tone(4))[:36], "no samples"),
        (wav(tone(4), kind=85), "format 85 with 16 bits"),
        (wav(np.zeros((1, 3), "u1"), bits=16), "no whole number of samples"),
    ],
)
def test_bad_sounds_are_named(content, message):
    with pytest.raises(ValueError, match=f"bad.wav.*{message}"):
        decode_wav(content, "bad.wav")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ragged": True}, "filled up to their longest"),
        ({"sampling_rate": 0}, "sampling_rate must be"),
        ({"output_sequence_length": 1.5}, "output_sequence_length must be"),
    ],
)
def test_nonsense_is_refused(sounds, arguments, message):
    with pytest.raises(ValueError, match=message):
        audio_dataset_from_directory(sounds, **arguments)

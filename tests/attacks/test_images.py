"""Images made to harm: no program is started for one, and none takes gigabytes."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import cornu as keras
from cornu.preprocessing.image import DecodeError, decode_image

EPS = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 4 4
%%EndComments
(out.txt) (w) file closefile
showpage
%%EOF
"""


def png(width, height):
    """An image that claims a size, of which nothing is there."""

    def chunk(kind, content):
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def encoded(kind):
    file = io.BytesIO()
    Image.fromarray(np.zeros((4, 4, 3), "uint8")).save(file, kind)
    return file.getvalue()


def test_no_program_is_started_for_postscript(monkeypatch):
    def ghostscript(*args, **kwargs):
        raise AssertionError("Ghostscript was called")

    monkeypatch.setattr("subprocess.check_call", ghostscript)
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", ghostscript)
    for load in (decode_image, lambda data: keras.utils.load_img(io.BytesIO(data))):
        with pytest.raises(DecodeError, match="formats JPEG, PNG"):
            load(EPS)


@pytest.mark.parametrize("kind", ["PCX", "TGA", "ICO", "SGI", "PDF"])
def test_formats_that_are_not_meant_are_refused(kind):
    with pytest.raises(DecodeError, match="formats JPEG, PNG"):
        decode_image(encoded(kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM"])
def test_formats_that_are_meant_are_read(kind):
    assert decode_image(encoded(kind)).shape == (4, 4, 3)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(13_000, 13_000), (2**31 - 1, 1), (10**5, 10**5)])
def test_an_image_of_too_many_pixels_is_refused(size):
    with pytest.raises(DecodeError):
        decode_image(png(*size))


def test_an_argument_raises_the_number_of_pixels():
    limits = keras.saving.Limits(pixels=15)
    with pytest.raises(DecodeError, match=r"16 pixels"):
        decode_image(encoded("PNG"), limits=limits)
    with pytest.raises(DecodeError, match=r"16 pixels"):
        keras.utils.load_img(io.BytesIO(encoded("PNG")), limits=limits)
    assert decode_image(encoded("PNG"), limits=keras.saving.Limits(pixels=16)).shape == (4, 4, 3)

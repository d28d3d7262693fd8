"""Image files decoded: formats, color modes, sizes, and damage."""

import io

import numpy as np
import pytest
from PIL import Image

from cornu.preprocessing.image import DecodeError, decode_image, load_img

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype=np.uint8)
SIXTEEN = np.array([[0, 255, 256], [1000, 40000, 65535]], dtype=np.uint16)


def encoded(image, file_format, **options):
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def smooth():
    """Rising values, which survive JPEG's compression."""
    rows, columns = np.mgrid[0:240, 0:320]
    return np.stack([rows, columns * 0.7, 255 - rows], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_formats_give_the_pixels_back(file_format):
    data = encoded(Image.fromarray(PIXELS), file_format)
    np.testing.assert_array_equal(decode_image(data), PIXELS)


def test_jpeg_gives_nearly_the_pixels_back(smooth):
    data = encoded(Image.fromarray(smooth), "JPEG", quality=95)
    difference = np.abs(decode_image(data).astype(int) - smooth)
    assert difference.max() <= 6


def test_gif_gives_its_first_frame():
    frames = [Image.new("RGB", (5, 4), color) for color in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(decode_image(data), np.full((4, 5, 3), [255, 0, 0]))


@pytest.mark.parametrize("color_mode, channels", [("rgb", 3), ("rgba", 4), ("grayscale", 1)])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_mode_of_file_becomes_the_mode_asked_for(mode, color_mode, channels):
    data = encoded(Image.fromarray(PIXELS).convert(mode), "PNG")
    x = decode_image(data, color_mode)
    assert (x.shape, x.dtype) == ((12, 20, channels), np.uint8)


def test_transparent_palette_keeps_its_colors():
    image = Image.fromarray(PIXELS).quantize(4)
    data = encoded(image, "PNG", transparency=bytes([0, 128, 255, 255]))
    np.testing.assert_array_equal(decode_image(data), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "PPM"])
def test_16_bits_of_grayscale_are_kept(file_format):
    data = encoded(Image.fromarray(SIXTEEN), file_format)
    x = decode_image(data, "grayscale")
    np.testing.assert_array_equal(x[:, :, 0], SIXTEEN)
    assert x.dtype == np.uint16
    np.testing.assert_array_equal(decode_image(data, "grayscale", dtype="float32")[..., 0], SIXTEEN)


def test_16_bits_in_the_other_byte_order():
    image = Image.frombytes("I;16B", (3, 2), SIXTEEN.astype(">u2").tobytes())
    x = decode_image(encoded(image, "TIFF"), "grayscale")
    np.testing.assert_array_equal(x[:, :, 0], SIXTEEN)


@pytest.mark.parametrize("color_mode", ["rgb", "grayscale"])
def test_8_bits_of_16_are_the_upper_ones(color_mode):
    x = decode_image(encoded(Image.fromarray(SIXTEEN), "PNG"), color_mode, dtype="uint8")
    np.testing.assert_array_equal(x[:, :, 0], SIXTEEN >> 8)


def test_32_bits_as_bytes_are_clipped():
    image = Image.fromarray(np.array([[-5, 7, 70000]], dtype=np.int32))
    x = decode_image(encoded(image, "TIFF"), "grayscale", dtype="uint8")
    assert x[0, :, 0].tolist() == [0, 7, 255]


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "int32"])
def test_dtype_of_the_result(dtype):
    x = decode_image(encoded(Image.fromarray(PIXELS), "PNG"), dtype=dtype)
    assert x.dtype == dtype
    np.testing.assert_array_equal(x, PIXELS)


def test_result_can_be_written_to():
    decode_image(encoded(Image.fromarray(PIXELS), "PNG"))[0, 0, 0] = 7


def test_aspect_ratio_is_kept_by_cutting():
    x = decode_image(
        encoded(Image.fromarray(PIXELS), "PNG"), target_size=(12, 12), keep_aspect_ratio=True
    )
    np.testing.assert_array_equal(x, PIXELS[:, 4:16])


def test_approximate_decoding_is_close_to_exact(smooth):
    data = encoded(Image.fromarray(smooth), "JPEG", quality=95)
    exact = decode_image(data, target_size=(60, 60))
    fast = decode_image(data, target_size=(60, 60), approximate=True)
    assert np.abs(exact.astype(int) - fast).max() <= 6


def test_paths_files_and_bytes_are_read_alike(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(encoded(Image.fromarray(PIXELS), "PNG"))
    with path.open("rb") as file:
        for source in (path, str(path), path.read_bytes(), file):
            np.testing.assert_array_equal(decode_image(source), PIXELS)


DAMAGED = {
    "empty": (b"", "the file is empty"),
    "text": (b"hello, world", "begin with b'hello, w'"),
    "cut png": (encoded(Image.fromarray(PIXELS), "PNG")[:200], "200 bytes"),
    "cut png header": (encoded(Image.fromarray(PIXELS), "PNG")[:20], "20 bytes"),
    "cut jpeg": (encoded(Image.fromarray(PIXELS), "JPEG")[:400], "400 bytes"),
    "cut gif": (encoded(Image.fromarray(PIXELS), "GIF")[:100], "100 bytes"),
    "cut bmp": (encoded(Image.fromarray(PIXELS), "BMP")[:300], "300 bytes"),
    "cut tiff": (encoded(Image.fromarray(PIXELS), "TIFF")[:300], "300 bytes"),
    "turned bits": (
        bytes(
            b ^ 255 if 60 < n < 90 else b
            for n, b in enumerate(encoded(Image.fromarray(PIXELS), "PNG"))
        ),
        "Cannot decode",
    ),
}


@pytest.mark.parametrize("data, message", DAMAGED.values(), ids=DAMAGED)
def test_damage_is_one_error_that_names_the_file(tmp_path, data, message):
    path = tmp_path / "holiday.png"
    path.write_bytes(data)
    with pytest.raises(DecodeError, match=r"Cannot decode .*holiday\.png") as raised:
        load_img(path)
    assert message in str(raised.value)
    assert isinstance(raised.value, ValueError)
    assert isinstance(raised.value, OSError)


def test_damaged_bytes_can_be_given_a_name():
    with pytest.raises(DecodeError, match=r"Cannot decode a\.tar:b\.png: the file is empty"):
        decode_image(b"", name="a.tar:b.png")


def test_oversized_image_is_refused(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(DecodeError, match="exceeds limit"):
        decode_image(encoded(Image.fromarray(PIXELS), "PNG"))


def test_missing_file_is_said_to_be_missing():
    with pytest.raises(FileNotFoundError):
        load_img("there is no such file.png")


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"color_mode": "cmyk"}, "color_mode must be one of"),
        ({"interpolation": "cubic"}, "interpolation must be one of"),
        ({"target_size": (3,)}, "target_size must be"),
        ({"target_size": (3, 0)}, "target_size must be"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        decode_image(encoded(Image.fromarray(PIXELS), "PNG"), **arguments)


def test_other_sources_are_refused():
    with pytest.raises(TypeError, match="path, as bytes or as an open binary file"):
        load_img(7)

"""Image files and arrays."""

from cornu.preprocessing.image.decode import DecodeError, decode_image
from cornu.preprocessing.image.files import array_to_img, img_to_array, load_img, save_img
from cornu.preprocessing.image.smart_resize import smart_resize

__all__ = [
    "DecodeError",
    "array_to_img",
    "decode_image",
    "img_to_array",
    "load_img",
    "save_img",
    "smart_resize",
]

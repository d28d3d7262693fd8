"""Folders of images, texts and sounds as data sets."""

from cornu.data.directories.images import image_dataset_from_directory
from cornu.data.directories.sounds import audio_dataset_from_directory
from cornu.data.directories.texts import text_dataset_from_directory

__all__ = [
    "audio_dataset_from_directory",
    "image_dataset_from_directory",
    "text_dataset_from_directory",
]

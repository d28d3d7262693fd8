"""Image files and arrays, and `ImageDataGenerator`; names are loaded when first used."""

from cornu.engine.lazy import lazy_names

_HOMES = {
    "DataFrameIterator": "cornu.preprocessing.image.dataframe_iterator",
    "DecodeError": "cornu.preprocessing.image.decode",
    "DirectoryIterator": "cornu.preprocessing.image.directory_iterator",
    "ImageDataGenerator": "cornu.preprocessing.image.image_data_generator",
    "Iterator": "cornu.preprocessing.image.iterator",
    "NumpyArrayIterator": "cornu.preprocessing.image.array_iterator",
    "apply_affine_transform": "cornu.preprocessing.image.affine",
    "apply_brightness_shift": "cornu.preprocessing.image.intensity",
    "apply_channel_shift": "cornu.preprocessing.image.intensity",
    "array_to_img": "cornu.preprocessing.image.files",
    "decode_image": "cornu.preprocessing.image.decode",
    "img_to_array": "cornu.preprocessing.image.files",
    "load_img": "cornu.preprocessing.image.files",
    "random_brightness": "cornu.preprocessing.image.random_transforms",
    "random_channel_shift": "cornu.preprocessing.image.random_transforms",
    "random_rotation": "cornu.preprocessing.image.random_transforms",
    "random_shear": "cornu.preprocessing.image.random_transforms",
    "random_shift": "cornu.preprocessing.image.random_transforms",
    "random_zoom": "cornu.preprocessing.image.random_transforms",
    "save_img": "cornu.preprocessing.image.files",
    "smart_resize": "cornu.preprocessing.image.smart_resizing",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)

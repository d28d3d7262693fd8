"""Operations on images: size, color, geometry, borders, patches, filters."""

from cornu.ops.image.borders import crop_images, pad_images
from cornu.ops.image.color import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from cornu.ops.image.elastic import elastic_transform
from cornu.ops.image.filters import gaussian_blur, sobel_edges
from cornu.ops.image.geometry import affine_transform, map_coordinates, perspective_transform
from cornu.ops.image.patches import extract_patches, extract_patches_3d
from cornu.ops.image.quality import ssim
from cornu.ops.image.resizing import resize, scale_and_translate

__all__ = [
    "affine_transform",
    "crop_images",
    "elastic_transform",
    "extract_patches",
    "extract_patches_3d",
    "gaussian_blur",
    "hsv_to_rgb",
    "map_coordinates",
    "pad_images",
    "perspective_transform",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "scale_and_translate",
    "sobel_edges",
    "ssim",
]

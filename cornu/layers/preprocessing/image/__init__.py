"""Layers that prepare and augment images."""

from cornu.layers.preprocessing.image import bounding_boxes as bounding_boxes
from cornu.layers.preprocessing.image.color import (
    RandomColorDegeneration,
    RandomColorJitter,
    RandomGrayscale,
    RandomHue,
    RandomSaturation,
)
from cornu.layers.preprocessing.image.distortion import RandomElasticTransform, RandomPerspective
from cornu.layers.preprocessing.image.filters import RandomGaussianBlur, RandomSharpness
from cornu.layers.preprocessing.image.geometric import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from cornu.layers.preprocessing.image.histogram import (
    AutoContrast,
    ContrastLimitedAdaptiveHistogramEqualization,
    Equalization,
)
from cornu.layers.preprocessing.image.light import (
    RandomBrightness,
    RandomContrast,
    RandomInvert,
    RandomPosterization,
    Solarization,
)
from cornu.layers.preprocessing.image.max_num_bounding_boxes import MaxNumBoundingBoxes
from cornu.layers.preprocessing.image.mixing import CutMix, MixUp
from cornu.layers.preprocessing.image.policy import AugMix, RandAugment
from cornu.layers.preprocessing.image.random_erasing import RandomErasing
from cornu.layers.preprocessing.image.random_flip import RandomFlip
from cornu.layers.preprocessing.image.resizing import CenterCrop, RandomCrop, Resizing

__all__ = [
    "AugMix",
    "AutoContrast",
    "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "CutMix",
    "Equalization",
    "MaxNumBoundingBoxes",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "Resizing",
    "Solarization",
]

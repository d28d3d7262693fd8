"""Layers that prepare and augment images."""

from cornu.layers.preprocessing.image import bounding_boxes as bounding_boxes

"""Tables and pictures of models, of their training, and of images."""

from cornu.training.history import plot_history
from cornu.visualization.galleries import (
    plot_bounding_box_gallery,
    plot_image_gallery,
    plot_segmentation_mask_gallery,
)
from cornu.visualization.image_drawing import draw_bounding_boxes, draw_segmentation_masks
from cornu.visualization.model_to_dot import model_to_dot
from cornu.visualization.plot_model import plot_model
from cornu.visualization.summary import summary

__all__ = [
    "draw_bounding_boxes",
    "draw_segmentation_masks",
    "model_to_dot",
    "plot_bounding_box_gallery",
    "plot_history",
    "plot_image_gallery",
    "plot_model",
    "plot_segmentation_mask_gallery",
    "summary",
]

"""Many images in one figure, plain, with their boxes, or under their masks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.engine.atomic import write_figure
from cornu.engine.extras import require
from cornu.visualization.image_drawing import (
    as_pixels,
    draw_bounding_boxes,
    draw_segmentation_masks,
)


def plot_image_gallery(
    images: Any,
    y_true: Any = None,
    y_pred: Any = None,
    label_map: dict[int, str] | None = None,
    rows: int | None = None,
    cols: int | None = None,
    value_range: tuple[float, float] = (0, 255),
    scale: float = 2,
    path: Any = None,
    show: bool | None = None,
    transparent: bool = True,
    dpi: int = 60,
    legend_handles: Any = None,
    data_format: str | None = None,
) -> Any:
    """Images in rows and columns, with what they are and what a model says they are.

    Args:
        images: `(batch, height, width, channels)`.
        y_true: class of each image.
        y_pred: class of each image as a model found it; a title in red where it is another.
        label_map: names of the classes.
        rows: number of rows; as many as needed if None.
        cols: number of columns; as square as can be if None.
        value_range: the values of black and white.
        scale: inches per image.
        path: file to write; not written if None.
        show: whether to open a window with the figure.
        transparent: whether the file's background is.
        dpi: dots per inch of the file.
        legend_handles: matplotlib handles for a legend below.
        data_format: "channels_last" or "channels_first"; the global setting if None.

    Returns:
        The matplotlib figure, which a notebook shows.

    >>> figure = keras.visualization.plot_image_gallery(np.zeros((5, 8, 8, 1)), y_true=range(5))
    >>> len(figure.axes)
    6
    """
    pixels = as_pixels(images, data_format, value_range)
    count = len(pixels)
    cols = cols or (math.ceil(count / rows) if rows else math.ceil(math.sqrt(count)))
    rows = rows or math.ceil(count / cols)
    titled = y_true is not None or y_pred is not None
    height = rows * scale * (1.25 if titled else 1) + (0.4 if legend_handles else 0)
    make = require("matplotlib.pyplot", extra="plot").figure if show else (
        require("matplotlib.figure", extra="plot").Figure
    )  # fmt: skip
    figure = make(figsize=(cols * scale, height), layout="constrained")
    for axes in figure.subplots(rows, cols, squeeze=False).flat:
        axes.axis("off")
    for i, (axes, image) in enumerate(zip(figure.axes, pixels)):
        axes.imshow(image)
        lines, right = _title(i, y_true, y_pred, label_map or {})
        axes.set_title(lines, fontsize=9, color="black" if right else "#c00000")
    if legend_handles:
        figure.legend(handles=legend_handles, loc="outside lower center", ncols=4)
    if path is not None:
        write_figure(figure, path, dpi=dpi, transparent=transparent)
    if show:
        require("matplotlib.pyplot", extra="plot").show()
    return figure


def plot_bounding_box_gallery(
    images: Any,
    bounding_box_format: str,
    y_true: dict[str, Any] | None = None,
    y_pred: dict[str, Any] | None = None,
    value_range: tuple[float, float] = (0, 255),
    true_color: tuple[int, int, int] = (0, 188, 212),
    pred_color: tuple[int, int, int] = (255, 235, 59),
    line_thickness: int = 2,
    font_scale: float = 1.0,
    text_thickness: int | None = None,
    class_mapping: dict[int, str] | None = None,
    ground_truth_mapping: dict[int, str] | None = None,
    prediction_mapping: dict[int, str] | None = None,
    legend: bool = False,
    legend_handles: Any = None,
    rows: int | None = None,
    cols: int | None = None,
    data_format: str | None = None,
    **kwargs: Any,
) -> Any:
    """Images in rows and columns with their true and found boxes.

    Args:
        images: `(batch, height, width, 3)`.
        bounding_box_format: as for `draw_bounding_boxes`.
        y_true: dict of `boxes` and `labels`.
        y_pred: dict of `boxes`, `labels`, and perhaps `confidence`.
        value_range: the values of black and white.
        true_color: red, green and blue of the true boxes.
        pred_color: likewise of those found.
        line_thickness: of the boxes, in pixels.
        font_scale: size of the letters.
        text_thickness: of the letters' strokes; 1 if None.
        class_mapping: names of the labels.
        ground_truth_mapping: names of the labels of `y_true`, where they differ.
        prediction_mapping: names of the labels of `y_pred`, where they differ.
        legend: whether to say which color is which.
        legend_handles: more matplotlib handles for the legend.
        rows: number of rows.
        cols: number of columns.
        data_format: "channels_last" or "channels_first"; the global setting if None.
        **kwargs: as for `plot_image_gallery`: `scale`, `path`, `show`, `dpi`, `transparent`.

    Returns:
        The matplotlib figure.

    >>> boxes = {"boxes": np.array([[[0.1, 0.1, 0.9, 0.9]]]), "labels": np.array([[1]])}
    >>> figure = keras.visualization.plot_bounding_box_gallery(
    ...     np.zeros((1, 32, 32, 3)), "rel_xyxy", y_true=boxes, class_mapping={1: "cat"}
    ... )
    """
    pixels = as_pixels(images, data_format, value_range)
    patch = require("matplotlib.patches", extra="plot").Patch
    handles = list(legend_handles or [])
    for boxes, color, mapping, label in (
        (y_true, true_color, ground_truth_mapping, "true"),
        (y_pred, pred_color, prediction_mapping, "found"),
    ):
        if boxes is None:
            continue
        pixels = draw_bounding_boxes(
            pixels, boxes, bounding_box_format, mapping or class_mapping, color,
            line_thickness, text_thickness or 1, font_scale, "channels_last",
        )  # fmt: skip
        if legend:
            handles.append(patch(color=np.array(color) / 255, label=label))
    return plot_image_gallery(
        pixels,
        rows=rows,
        cols=cols,
        legend_handles=handles,
        data_format="channels_last",
        **kwargs,
    )


def plot_segmentation_mask_gallery(
    images: Any,
    num_classes: int,
    value_range: tuple[float, float] = (0, 255),
    y_true: Any = None,
    y_pred: Any = None,
    color_mapping: dict[int, tuple[int, int, int]] | None = None,
    blend: bool = True,
    alpha: float = 0.8,
    ignore_index: int = -1,
    data_format: str | None = None,
    **kwargs: Any,
) -> Any:
    """Images, one a row, beside themselves under their true and found masks.

    Args:
        images: `(batch, height, width, 3)`.
        num_classes: number of classes.
        value_range: the values of black and white.
        y_true: true class of each pixel.
        y_pred: class of each pixel as a model found it.
        color_mapping: red, green and blue of each class.
        blend: whether the image shows through.
        alpha: how much of the color covers the image.
        ignore_index: the class that gets no color.
        data_format: "channels_last" or "channels_first"; the global setting if None.
        **kwargs: as for `plot_image_gallery`: `scale`, `path`, `show`, `dpi`, `transparent`.

    Returns:
        The matplotlib figure.

    >>> figure = keras.visualization.plot_segmentation_mask_gallery(
    ...     np.zeros((2, 8, 8, 3)), 2, y_true=np.ones((2, 8, 8))
    ... )
    >>> len(figure.axes)
    4
    """
    pixels = as_pixels(images, data_format, value_range)
    columns = [pixels]
    for masks in (y_true, y_pred):
        if masks is not None:
            columns.append(
                draw_segmentation_masks(
                    pixels, masks, num_classes, color_mapping, alpha, blend, ignore_index,
                    "channels_last",
                )
            )  # fmt: skip
    mixed = np.stack(columns, axis=1).reshape(-1, *pixels.shape[1:])
    return plot_image_gallery(
        mixed, rows=len(pixels), cols=len(columns), data_format="channels_last", **kwargs
    )


def _title(i: int, y_true: Any, y_pred: Any, names: dict) -> tuple[str, bool]:
    """What stands over an image, and whether the model is right."""
    found = [None if y is None else np.asarray(y)[i].item() for y in (y_true, y_pred)]
    words = [str(names.get(label, label)) for label in found]
    if y_pred is None:
        return ("" if y_true is None else words[0]), True
    if y_true is None:
        return words[1], True
    return f"{words[0]}\nas {words[1]}", found[0] == found[1]

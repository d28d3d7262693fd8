"""Boxes, masks and galleries of images."""

import numpy as np
import pytest

from cornu import visualization

FORMATS = {
    "xyxy": [4, 2, 12, 8],
    "yxyx": [2, 4, 8, 12],
    "xywh": [4, 2, 8, 6],
    "center_xywh": [8, 5, 8, 6],
    "center_yxhw": [5, 8, 6, 8],
    "rel_xyxy": [0.25, 0.2, 0.75, 0.8],
    "rel_yxyx": [0.2, 0.25, 0.8, 0.75],
}


@pytest.mark.parametrize(("box_format", "box"), FORMATS.items())
def test_a_box_is_drawn_where_it_is(box_format, box):
    images = np.zeros((1, 10, 16, 3))
    boxes = {"boxes": [[box]], "labels": [[0]]}
    (drawn,) = visualization.draw_bounding_boxes(
        images, boxes, box_format, {0: ""}, color=(9, 99, 199), line_thickness=1
    )
    ys, xs = np.nonzero(drawn[..., 2] == 199)
    assert (xs.min(), ys.min(), xs.max(), ys.max()) == (4, 2, 12, 8)
    assert not drawn[4, 6].any()


def test_a_box_with_a_negative_label_is_not_there():
    boxes = {"boxes": [[[1, 1, 5, 5]]], "labels": [[-1]]}
    assert not visualization.draw_bounding_boxes(np.zeros((1, 8, 8, 3)), boxes, "xyxy").any()


def test_labels_and_confidence_are_written():
    boxes = {"boxes": [[[1, 20, 60, 60]]], "labels": [[3]], "confidence": [[0.5]]}
    images = np.zeros((1, 64, 64, 3))
    plain = visualization.draw_bounding_boxes(images, boxes, "xyxy", {3: "cat"})
    assert plain[0, :19].any()


@pytest.mark.parametrize(
    ("boxes", "box_format", "message"),
    [
        ({"boxes": [[[0, 0, 1, 1]]]}, "xyxy", "lacks \\['labels'\\]"),
        ({"boxes": [[[0, 0, 1, 1]]], "labels": [[0]]}, "corners", "must be one of"),
    ],
)
def test_boxes_that_make_no_sense_are_refused(boxes, box_format, message):
    with pytest.raises(ValueError, match=message):
        visualization.draw_bounding_boxes(np.zeros((1, 8, 8, 3)), boxes, box_format)


def test_masks_cover_all_but_the_ignored_class():
    masks = np.array([[[0, 1], [-1, 1]]])
    colors = {0: (0, 200, 0), 1: (200, 0, 0)}
    images = np.full((1, 2, 2, 3), 100)
    (mixed,) = visualization.draw_segmentation_masks(images, masks, 2, colors, alpha=0.5)
    assert mixed.tolist() == [
        [[50, 150, 50], [150, 50, 50]],
        [[100, 100, 100], [150, 50, 50]],
    ]
    (full,) = visualization.draw_segmentation_masks(images, masks, 2, colors, blend=False)
    assert full[0].tolist() == [[0, 200, 0], [200, 0, 0]]


def test_masks_of_another_size_are_refused():
    with pytest.raises(ValueError, match="images' shape"):
        visualization.draw_segmentation_masks(np.zeros((1, 4, 4, 3)), np.zeros((1, 2, 2)))


def test_a_gallery_shows_where_the_model_is_wrong(tmp_path):
    figure = visualization.plot_image_gallery(
        np.zeros((3, 4, 4, 1)),
        y_true=[0, 1, 1],
        y_pred=[0, 0, 1],
        label_map={0: "cat", 1: "dog"},
        cols=3,
        path=tmp_path / "gallery.png",
    )
    titles = [axes.title.get_text() for axes in figure.axes]
    assert titles == ["cat\nas cat", "dog\nas cat", "dog\nas dog"]
    assert [axes.title.get_color() for axes in figure.axes] == ["black", "#c00000", "black"]
    assert (tmp_path / "gallery.png").exists()


def test_channels_first_images_are_turned():
    images = np.zeros((2, 3, 4, 5))
    figure = visualization.plot_image_gallery(images, data_format="channels_first")
    assert figure.axes[0].images[0].get_array().shape == (4, 5, 3)


def test_galleries_of_boxes_and_masks():
    images = np.zeros((2, 16, 16, 3))
    boxes = {"boxes": np.full((2, 1, 4), 3), "labels": np.zeros((2, 1))}
    figure = visualization.plot_bounding_box_gallery(
        images, "xywh", y_true=boxes, y_pred=boxes, legend=True
    )
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["true", "found"]
    masks = np.zeros((2, 16, 16))
    figure = visualization.plot_segmentation_mask_gallery(images, 2, y_true=masks, y_pred=masks)
    assert len(figure.axes) == 6

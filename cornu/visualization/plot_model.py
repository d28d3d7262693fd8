"""A picture of a model's graph, drawn with matplotlib, so that no program outside is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cornu.engine.atomic import write_figure, write_text
from cornu.engine.extras import require
from cornu.visualization.layered_layout import lay_out
from cornu.visualization.model_graph import Details, Part, describe, model_part
from cornu.visualization.model_to_dot import model_to_dot

DIRECTIONS = ("TB", "BT", "LR", "RL")
FONT_SIZE = 9
# Inches, for text of that size.
CHARACTER, LINE, MARGIN = 0.077, 0.18, 0.14
FRAME, FRAME_TITLE = 0.2, 0.24
TITLE_COLOUR, FRAME_COLOURS = "#dbe7f3", ("#f7f7f7", "#ececec")


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Draw a model's layers and what flows between them.

    A subclassed model has no graph: its layers stand beside each other without arrows.

    Args:
        model: a built model.
        to_file: file to write (`.png`, `.svg`, `.pdf`, or `.dot` for Graphviz); not written if
            None.
        show_shapes: whether to show the shapes of inputs and outputs.
        show_dtype: whether to show the layers' compute dtypes.
        show_layer_names: whether to show names beside the classes.
        rankdir: where the data flow: "TB" downwards, "BT" upwards, "LR" or "RL".
        expand_nested: whether to show the layers inside nested models, in a frame.
        dpi: dots per inch.
        show_layer_activations: whether to show activations.
        show_trainable: whether to show which layers are trained.
        splines: how Graphviz is to draw edges; goes into `.dot` files.
        **kwargs: none are known.

    Returns:
        The matplotlib figure, which a notebook shows.

    Raises:
        ValueError: if the model is not built, or `rankdir` or an argument is unknown.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> figure = keras.utils.plot_model(model, to_file=None, show_shapes=True)
    """
    if kwargs:
        raise ValueError(f"plot_model does not know the arguments {sorted(kwargs)}.")
    if rankdir not in DIRECTIONS:
        raise ValueError(f"`rankdir` must be one of {', '.join(DIRECTIONS)}; got {rankdir!r}.")
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} is not built, so there is nothing to draw yet. Start it with "
            "keras.Input(shape), or call it on data, or model.build(input_shape), first."
        )
    if to_file is not None and Path(to_file).suffix == ".dot":
        graph = model_to_dot(
            model, show_shapes, show_dtype, show_layer_names, rankdir, expand_nested, dpi,
            False, show_layer_activations, show_trainable, splines,
        )  # fmt: skip
        write_text(to_file, graph.to_string())
        to_file = None
    details = Details(
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable
    )
    picture = _Picture(details, rankdir)
    figure = picture.draw(model_part(model, expand_nested))
    if to_file is not None:
        write_figure(figure, to_file, dpi=dpi)
    return figure


class _Picture:
    """Sizes and draws boxes; lengths in inches, `y` from the top."""

    def __init__(self, details: Details, rankdir: str) -> None:
        self.details = details
        self.sideways, self.reversed = rankdir in ("LR", "RL"), rankdir in ("BT", "RL")
        self.layouts: dict[int, Any] = {}
        self.sizes: dict[int, tuple[float, float]] = {}

    def draw(self, part: Part) -> Any:
        """The figure of a model: its boxes, without a frame around them all."""
        self.measure(part)
        layout = self.layouts[id(part)]
        width, height = self.turned(layout.width, layout.height)
        self.axes = require("matplotlib.figure", extra="plot").Figure(
            figsize=(width + 2 * MARGIN, height + 2 * MARGIN)
        ).add_axes((0, 0, 1, 1))  # fmt: skip
        self.axes.set(xlim=(-MARGIN, width + MARGIN), ylim=(height + MARGIN, -MARGIN))
        self.axes.axis("off")
        self.draw_inside(part, (0.0, 0.0), 0)
        return self.axes.figure

    def measure(self, part: Part) -> tuple[float, float]:
        """Width and height of a box with all that is in it."""
        lines = describe(part.layer, self.details)
        width, height = (
            max(map(len, lines)) * CHARACTER + 2 * MARGIN,
            len(lines) * LINE + (1.3 if lines[1:] else 0.5) * MARGIN,
        )
        if part.parts:  # a frame instead, around what is in it
            sizes = [self.turned(*self.measure(inner)) for inner in part.parts]
            layout = self.layouts[id(part)] = lay_out(sizes, part.edges)
            inner_width, inner_height = self.turned(layout.width, layout.height)
            width = max(inner_width + 2 * FRAME, width)
            height = inner_height + 2 * FRAME + FRAME_TITLE
        self.sizes[id(part)] = width, height
        return width, height

    def turned(self, x: float, y: float) -> tuple[float, float]:
        return (y, x) if self.sideways else (x, y)

    def draw_inside(self, part: Part, corner: tuple[float, float], depth: int) -> None:
        layout = self.layouts[id(part)]

        def place(point: tuple[float, float]) -> tuple[float, float]:
            x, y = point
            x, y = self.turned(x, layout.height - y if self.reversed else y)
            return corner[0] + x, corner[1] + y

        for inner, center in zip(part.parts, layout.centers):
            self.draw_box(inner, place(center), depth)
        for route in layout.routes:
            points = [place(point) for point in route]
            if len(points) > 2:
                self.axes.plot(*zip(*points[:-1]), color="gray", linewidth=1, zorder=2)
            arrow = {"arrowstyle": "-|>", "color": "gray", "shrinkA": 0, "shrinkB": 0}
            self.axes.annotate("", points[-1], points[-2], arrowprops=arrow, zorder=2)

    def draw_box(self, part: Part, center: tuple[float, float], depth: int) -> None:
        width, height = self.sizes[id(part)]
        left, top = center[0] - width / 2, center[1] - height / 2
        lines = describe(part.layer, self.details)
        if part.parts:
            color = FRAME_COLOURS[depth % len(FRAME_COLOURS)]
            self.rectangle((left, top), width, height, color, linestyle="dashed")
            title = lines[0] if self.details.names else f"{part.layer.name} ({lines[0]})"
            self.text((center[0], top + FRAME_TITLE * 0.6), title, weight="bold")
            inner_width = self.turned(self.layouts[id(part)].width, self.layouts[id(part)].height)
            corner = (center[0] - inner_width[0] / 2, top + FRAME + FRAME_TITLE)
            self.draw_inside(part, corner, depth + 1)
            return
        self.rectangle((left, top), width, height, "white")
        self.rectangle((left, top), width, LINE + MARGIN / 2, TITLE_COLOUR)
        for i, line in enumerate(lines):
            y = top + (LINE + MARGIN / 2) / 2 + i * LINE + (MARGIN / 2 if i else 0)
            self.text((center[0], y), line, weight="normal" if i else "bold")

    def rectangle(self, corner: Any, width: float, height: float, color: str, **style: Any) -> None:
        patch = require("matplotlib.patches", extra="plot").Rectangle
        self.axes.add_patch(
            patch(corner, width, height, facecolor=color, edgecolor="#555555", zorder=1, **style)
        )

    def text(self, place: tuple[float, float], text: str, weight: str) -> None:
        style = {"ha": "center", "va": "center", "fontsize": FONT_SIZE, "weight": weight}
        # A dollar sign in a name is no formula.
        self.axes.text(*place, text, zorder=3, parse_math=False, **style)

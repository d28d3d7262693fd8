"""Where the boxes of a directed graph go: in rows, each below those it takes from, without overlap.

The layered method of Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical
system structures" (1981): rows by longest way, order within a row by the mean place of the
neighbors, places by least squares. An edge that skips rows passes through a narrow place in each,
so it goes around the boxes and not behind them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

GAP_ACROSS = 0.3
GAP_BETWEEN_ROWS = 0.4
LANE_WIDTH = 0.1
SWEEPS = 8


@dataclass
class Layout:
    """Centers of the boxes, the points that each edge goes through, and the size of it all.

    Attributes:
        centers: `(x, y)` per box, from the left and from the top.
        routes: list of points per edge, between the bottom of its start and the top of its end.
        width: of the whole picture.
        height: likewise.
    """

    centers: list[tuple[float, float]] = field(default_factory=list)
    routes: list[list[tuple[float, float]]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def lay_out(sizes: list[tuple[float, float]], edges: list[tuple[int, int]]) -> Layout:
    """Place boxes so that edges lead downwards.

    Args:
        sizes: width and height of each box.
        edges: pairs of numbers of boxes, from and to; those that lead back are drawn straight.

    >>> layout = lay_out([(1, 1), (1, 1), (1, 1)], [(0, 1), (1, 2), (0, 2)])
    >>> [round(y, 1) for _, y in layout.centers]
    [0.5, 1.9, 3.3]
    """
    if not sizes:
        return Layout()
    rows = _rows(len(sizes), edges)
    widths = [width for width, _ in sizes]
    chains = []
    for start, end in edges:
        lanes = []
        for row in range(rows[start] + 1, rows[end]):
            lanes.append(len(rows))
            rows.append(row)
            widths.append(LANE_WIDTH)
        chains.append([start, *lanes, end])
    x = _across(rows, widths, [pair for chain in chains for pair in pairwise(chain)])
    heights = np.zeros(max(rows) + 1)
    for row, (_, height) in zip(rows, sizes):
        heights[row] = max(heights[row], height)
    tops = np.concatenate([[0.0], np.cumsum(heights + GAP_BETWEEN_ROWS)])
    left = min(place - width / 2 for place, width in zip(x, widths))
    layout = Layout(
        width=float(max(place + width / 2 for place, width in zip(x, widths)) - left),
        height=float(tops[-1] - GAP_BETWEEN_ROWS),
    )
    layout.centers = [
        (float(x[i] - left), float(tops[rows[i]] + heights[rows[i]] / 2)) for i in range(len(sizes))
    ]
    for start, *lanes, end in chains:
        (x_start, y_start), (x_end, y_end) = layout.centers[start], layout.centers[end]
        points = [(x_start, y_start + sizes[start][1] / 2)]
        for lane in lanes:
            place, top = float(x[lane] - left), float(tops[rows[lane]])
            points += [(place, top), (place, top + float(heights[rows[lane]]))]
        layout.routes.append([*points, (x_end, y_end - sizes[end][1] / 2)])
    return layout


def _rows(count: int, edges: list[tuple[int, int]]) -> list[int]:
    """Row of each box: below all it takes from, and as near as can be to what takes from it."""
    forward = sorted((start, end) for start, end in edges if start < end)
    rows = [0] * count
    for start, end in forward:
        rows[end] = max(rows[end], rows[start] + 1)
    with_source = {end for _, end in forward}
    for box in range(count):
        below = [rows[end] for start, end in forward if start == box]
        if below and box not in with_source:
            rows[box] = min(below) - 1
    return rows


def _across(rows: list[int], widths: list[float], edges: list[tuple[int, int]]) -> np.ndarray:
    """Horizontal place of the center of each box."""
    neighbors: list[list[int]] = [[] for _ in rows]
    for start, end in edges:
        neighbors[start].append(end)
        neighbors[end].append(start)
    members = [[i for i, own in enumerate(rows) if own == row] for row in sorted(set(rows))]
    x = np.zeros(len(rows))
    for row in members:
        x[row] = _apart(np.zeros(len(row)), [widths[i] for i in row])
    for sweep in range(SWEEPS):
        near = -1 if sweep % 2 == 0 else 1
        for row in members if near == -1 else members[::-1]:
            wanted = {i: _mean_place(i, x, rows, neighbors[i], near) for i in row}
            row.sort(key=wanted.get)
            x[row] = _apart(np.array([wanted[i] for i in row]), [widths[i] for i in row])
    return x


def _mean_place(box: int, x: np.ndarray, rows: list[int], neighbors: list[int], near: int) -> float:
    places = [x[other] for other in neighbors if rows[other] == rows[box] + near]
    return float(np.mean(places)) if places else float(x[box])


def _apart(wanted: np.ndarray, widths: list[float]) -> np.ndarray:
    """Places nearest to those wanted, in least squares, where no two boxes of a row touch."""
    half = np.asarray(widths) / 2
    offsets = np.concatenate([[0.0], np.cumsum(half[:-1] + half[1:] + GAP_ACROSS)])
    # Without the offsets the places must only not decrease: pool adjacent violators.
    pools: list[list[float]] = []
    for value in wanted - offsets:
        pools.append([float(value)])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    return np.concatenate([np.full(len(pool), np.mean(pool)) for pool in pools]) + offsets

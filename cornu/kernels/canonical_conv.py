"""Convolution and its two gradients, each in the layout that XLA:CPU runs fast.

A convolution is one trilinear form of an input x (batch, *space, in), a kernel w
(*window, in, out) and an output y (batch, *positions, out). Fixing two of the three gives
`correlate` (y from x and w), `input_gradient` (x from y and w) and `weight_gradient` (w from x and
y). The derivative of each is again one of the three, so the family is closed under
differentiation of any order, and every member is written as a channels-last convolution: XLA:CPU
brings other layouts into that form only outside of loops, and runs them as a naive loop nest
inside.

`jax.vmap` over both operands would make a grouped convolution, which XLA:CPU runs some fifty times
slower; here it becomes a loop of ordinary convolutions, and over one operand a wider convolution.
"""

from collections.abc import Callable
from functools import cache, partial
from itertools import product
from math import prod
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.custom_batching import custom_vmap

from cornu.kernels.dense import dense, transposed_product
from cornu.kernels.patches import from_rows, to_rows

# Below this many input channels a weight gradient is a convolution over too short an axis.
FEW_CHANNELS = 2
# Each phase is a convolution of its own to compile.
MOST_PHASES = 16


class Geometry(NamedTuple):
    """Static description of a convolution; every field has one entry per spatial dimension."""

    space: tuple[int, ...]
    window: tuple[int, ...]
    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]

    @property
    def reach(self) -> tuple[int, ...]:
        """Extent of the dilated window."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.window, self.dilation, strict=True))

    @property
    def positions(self) -> tuple[int, ...]:
        """Spatial size of the output."""
        return tuple(
            max((n + lo + hi - reach) // s + 1, 0)
            for n, (lo, hi), reach, s in zip(
                self.space, self.padding, self.reach, self.strides, strict=True
            )
        )


def correlate(x: Array, w: Array, geometry: Geometry) -> Array:
    """Convolve x (batch, *space, in) with w (*window, in, out)."""
    return _forms(geometry).correlate(x, w)


def input_gradient(y: Array, w: Array, geometry: Geometry) -> Array:
    """Pull y (batch, *positions, out) back through w to (batch, *space, in)."""
    return _forms(geometry).input_gradient(y, w)


def weight_gradient(x: Array, y: Array, geometry: Geometry) -> Array:
    """Correlate x (batch, *space, in) with y (batch, *positions, out): (*window, in, out)."""
    return _forms(geometry).weight_gradient(x, y)


class _Forms(NamedTuple):
    correlate: Callable[[Array, Array], Array]
    input_gradient: Callable[[Array, Array], Array]
    weight_gradient: Callable[[Array, Array], Array]


@cache
def _forms(geometry: Geometry) -> _Forms:
    # The axis merged into is the one that the operand shares with the result.
    along_y = _mapped(partial(_correlate, geometry=geometry), (0, 0), (-1, -1))
    along_x = _mapped(partial(_input_gradient, geometry=geometry), (0, 0), (-2, -1))
    along_w = _mapped(partial(_weight_gradient, geometry=geometry), (-1, -2), (-1, -1))

    correlate = jax.custom_vjp(lambda x, w: along_y(x, w))
    input_gradient = jax.custom_vjp(lambda y, w: along_x(y, w))
    weight_gradient = jax.custom_vjp(lambda x, y: along_w(x, y))
    correlate.defvjp(
        lambda x, w: (correlate(x, w), (x, w)),
        lambda saved, y: (input_gradient(y, saved[1]), weight_gradient(saved[0], y)),
    )
    input_gradient.defvjp(
        lambda y, w: (input_gradient(y, w), (y, w)),
        lambda saved, x: (correlate(x, saved[1]), weight_gradient(x, saved[0])),
    )
    weight_gradient.defvjp(
        lambda x, y: (weight_gradient(x, y), (x, y)),
        lambda saved, w: (input_gradient(saved[1], w), correlate(saved[0], w)),
    )
    return _Forms(correlate, input_gradient, weight_gradient)


def _mapped(
    form: Callable[[Array, Array], Array], first: tuple[int, int], second: tuple[int, int]
) -> Callable[[Array, Array], Array]:
    """Give `form` a rule for `jax.vmap`: `first` and `second` are (operand axis, result axis)."""
    mapped = custom_vmap(form)

    @mapped.def_vmap
    def rule(size: int, batched: list[bool], a: Array, b: Array) -> tuple[Array, bool]:
        if all(batched):
            return lax.map(lambda pair: mapped(*pair), (a, b)), True
        if batched[0]:
            return _split(mapped(_merge(a, first[0]), b), size, first[1]), True
        return _split(mapped(a, _merge(b, second[0])), size, second[1]), True

    return mapped


def _merge(x: Array, axis: int) -> Array:
    """Fold the leading (mapped) axis into an axis, counted without the leading one."""
    axis = axis % (x.ndim - 1)
    x = jnp.moveaxis(x, 0, axis)
    return x.reshape(x.shape[:axis] + (-1,) + x.shape[axis + 2 :])


def _split(x: Array, size: int, axis: int) -> Array:
    axis = axis % x.ndim
    x = x.reshape(x.shape[:axis] + (size, x.shape[axis] // size) + x.shape[axis + 1 :])
    return jnp.moveaxis(x, axis, 0)


def _correlate(x: Array, w: Array, geometry: Geometry) -> Array:
    return channels_last_conv(x, w, geometry.strides, geometry.padding, None, geometry.dilation)


def _input_gradient(y: Array, w: Array, geometry: Geometry) -> Array:
    if _is_patches(geometry):
        low = [lo for lo, _ in geometry.padding]
        rows = dense(y.reshape(-1, y.shape[-1]), w.reshape(-1, w.shape[-1]).T)
        return from_rows(rows, geometry.positions, geometry.window, low, geometry.space)
    if _has_equal_phases(geometry):
        return _input_gradient_by_phases(y, w, geometry)
    padding = []
    for n, m, reach, s, (lo, _) in zip(
        geometry.space,
        geometry.positions,
        geometry.reach,
        geometry.strides,
        geometry.padding,
        strict=True,
    ):
        low = reach - 1 - lo
        padding.append((low, n + reach - 2 - (m - 1) * s - low))
    ones = (1,) * len(geometry.window)
    return channels_last_conv(y, _flipped(w), ones, padding, geometry.strides, geometry.dilation)


def _flipped(w: Array) -> Array:
    # Without the barrier XLA folds the flip into the convolution, which then is not canonical.
    flipped = jnp.swapaxes(jnp.flip(w, tuple(range(w.ndim - 2))), -1, -2)
    return lax.optimization_barrier(flipped)


def _is_patches(geometry: Geometry) -> bool:
    """Whether the windows neither overlap nor leave gaps."""
    return geometry.window == geometry.strides and max(geometry.dilation) == 1


def _has_equal_phases(geometry: Geometry) -> bool:
    """Whether each residue of the stride sees equally many taps (uneven phases are no faster)."""
    return (
        1 < prod(geometry.strides) <= MOST_PHASES
        and max(geometry.dilation) == 1
        and all(k % s == 0 for k, s in zip(geometry.window, geometry.strides, strict=True))
    )


def _input_gradient_by_phases(y: Array, w: Array, geometry: Geometry) -> Array:
    """One dense convolution per residue of the stride, instead of one over mostly zeros.

    Input p = q * s + r sees output q + c - j through tap k + j * s, where k = (r + lo) % s.
    """
    ndim = len(geometry.window)
    groups = [-(-n // s) for n, s in zip(geometry.space, geometry.strides, strict=True)]
    total = None
    for residues in product(*map(range, geometry.strides)):
        starts, padding = [], []
        for r, k, s, (lo, _), m, q in zip(
            residues,
            geometry.window,
            geometry.strides,
            geometry.padding,
            geometry.positions,
            groups,
            strict=True,
        ):
            start = (r + lo) % s
            low = k // s - 1 - (r + lo - start) // s
            starts.append(start)
            padding.append((low, q - 1 - m - low + k // s))
        taps = tuple(slice(k, None, s) for k, s in zip(starts, geometry.strides, strict=True))
        phase = channels_last_conv(
            y, _flipped(w[taps]), (1,) * ndim, padding, None, geometry.dilation
        )
        # (batch, q, 1, q, 1, ..., in): selecting is faster than concatenating and transposing.
        phase = jnp.expand_dims(phase, tuple(range(2, 2 * ndim + 1, 2)))
        total = phase if total is None else jnp.where(_is_residue(residues, geometry), phase, total)
    merged = total.reshape(
        y.shape[0], *(q * s for q, s in zip(groups, geometry.strides, strict=True)), w.shape[-2]
    )
    return merged[(slice(None), *(slice(n) for n in geometry.space))]


def _is_residue(residues: tuple[int, ...], geometry: Geometry) -> np.ndarray:
    """Where an array of shape (batch, q, s, q, s, ..., in) holds the inputs of these residues."""
    chosen = np.zeros(geometry.strides, bool)
    chosen[residues] = True
    return chosen.reshape(1, *(size for s in geometry.strides for size in (1, s)), 1)


def _weight_gradient(x: Array, y: Array, geometry: Geometry) -> Array:
    # Without the barrier XLA computes whatever x came from (normalization, activation, a chain of
    # residual sums) once more inside of the transposition below, element by element.
    x, y = lax.optimization_barrier((x, y))
    if _is_patches(geometry):
        rows = to_rows(x, geometry.positions, geometry.window, [lo for lo, _ in geometry.padding])
        gradient = transposed_product(rows, y.reshape(-1, y.shape[-1]))
        return gradient.reshape(*geometry.window, x.shape[-1], y.shape[-1])
    if x.shape[-1] <= FEW_CHANNELS:
        return _weight_gradient_of_few_channels(x, y, geometry)
    padding = []
    for n, m, reach, s, (lo, _) in zip(
        geometry.space,
        geometry.positions,
        geometry.reach,
        geometry.strides,
        geometry.padding,
        strict=True,
    ):
        padding.append((lo, reach + (m - 1) * s - n - lo))
    w = channels_last_conv(
        jnp.swapaxes(x, 0, -1),
        jnp.moveaxis(y, 0, -2),
        geometry.dilation,
        padding,
        None,
        geometry.strides,
    )
    return jnp.moveaxis(w, 0, -2)


def _weight_gradient_of_few_channels(x: Array, y: Array, geometry: Geometry) -> Array:
    """Matrix product of the gathered patches with y: fast while concatenation on channels is."""
    columns = jnp.concatenate(shifted_views(x, geometry), axis=-1)
    columns = columns.reshape(-1, columns.shape[-1])
    gradient = transposed_product(columns, y.reshape(-1, y.shape[-1]))
    return gradient.reshape(*geometry.window, x.shape[-1], y.shape[-1])


def shifted_views(x: Array, geometry: Geometry) -> list[Array]:
    """Per tap of the window, in row-major order, the inputs (batch, *positions, in) it sees."""
    zero = jnp.zeros((), x.dtype)
    # Not the padding's high side: what the last window sees may be more or less than that.
    ends = [
        (m - 1) * s + reach
        for m, s, reach in zip(geometry.positions, geometry.strides, geometry.reach, strict=True)
    ]
    pads = [
        (lo, end - n - lo, 0)
        for n, (lo, _), end in zip(geometry.space, geometry.padding, ends, strict=True)
    ]
    padded = lax.pad(x, zero, [(0, 0, 0), *pads, (0, 0, 0)])
    views = []
    for tap in product(*map(range, geometry.window)):
        start = [i * d for i, d in zip(tap, geometry.dilation, strict=True)]
        stop = [
            i + (m - 1) * s + 1
            for i, m, s in zip(start, geometry.positions, geometry.strides, strict=True)
        ]
        views.append(
            lax.slice(
                padded,
                (0, *start, 0),
                (x.shape[0], *stop, x.shape[-1]),
                (1, *geometry.strides, 1),
            )
        )
    return views


def channels_last_conv(
    x: Array,
    w: Array,
    strides: tuple[int, ...],
    padding: list[tuple[int, int]] | tuple[tuple[int, int], ...],
    input_dilation: tuple[int, ...] | None,
    dilation: tuple[int, ...],
    groups: int = 1,
) -> Array:
    """`lax.conv_general_dilated` with the batch first and the channels last."""
    ndim = x.ndim
    features_second = (0, ndim - 1, *range(1, ndim - 1))
    kernel_layout = (ndim - 1, ndim - 2, *range(ndim - 2))
    return lax.conv_general_dilated(
        x,
        w,
        strides,
        padding,
        lhs_dilation=input_dilation,
        rhs_dilation=dilation,
        dimension_numbers=lax.ConvDimensionNumbers(features_second, kernel_layout, features_second),
        feature_group_count=groups,
    )

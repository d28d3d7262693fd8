"""Shapes of symbolic results follow Keras's where sizes are unknown."""

import keras
import pytest

from cornu import ops
from cornu.ops.symbolic import KerasTensor

N = None

# Function, shapes of the symbolic tensors, the other arguments.
CASES = [
    ("add", [(N, 3), (5, 3)], {}),
    ("add", [(N, 3), (1, 3)], {}),
    ("add", [(N, 1), (1, N)], {}),
    ("add", [(N, 3), (3,)], {}),
    ("add", [(N, N, 1), (7, 1, 2)], {}),
    ("maximum", [(N,), (N,)], {}),
    ("where", [(N, 3), (N, 3), (1, 3)], {}),
    ("matmul", [(2, N), (3, 4)], {}),
    ("matmul", [(N, N), (N, 4)], {}),
    ("matmul", [(N, 2, 3), (N, 3, 4)], {}),
    ("matmul", [(N, 5, 2, 3), (3, 4)], {}),
    ("dot", [(N, 3), (2, 3, 5)], {}),
    ("tensordot", [(N, 3, 4), (3, 4, 5)], {"axes": 2}),
    ("outer", [(N,), (3,)], {}),
    ("kron", [(N, 2), (3, 4)], {}),
    ("reshape", [(N, 4)], {"newshape": (-1, 8)}),
    ("reshape", [(N, 7)], {"newshape": (-1, 11)}),
    ("reshape", [(N, N, 4)], {"newshape": (-1, 4)}),
    ("reshape", [(N, 4)], {"newshape": (4, -1)}),
    ("reshape", [(N, 784)], {"newshape": (-1, 28, 28, 1)}),
    ("reshape", [(N, 4)], {"newshape": (3, 2, 2)}),
    ("get_item", [(N, N)], {"key": (slice(None), slice(None, 10))}),
    ("get_item", [(N, N)], {"key": (slice(None), slice(1, 2))}),
    ("get_item", [(N, N)], {"key": (slice(None), slice(-1, None))}),
    ("get_item", [(N, N)], {"key": (slice(None), 5)}),
    ("get_item", [(N, 4)], {"key": (..., None)}),
    ("get_item", [(N, 4)], {"key": (slice(None), slice(None, None, 2))}),
    ("get_item", [(N, 4)], {"key": -1}),
    ("concatenate", [[(N, 3), (2, 3)]], {"axis": 0}),
    ("concatenate", [[(N, 3), (N, 4)]], {"axis": 1}),
    ("append", [(N, 3), (N, 3)], {}),
    ("split", [(N, 6)], {"indices_or_sections": [2, 3], "axis": 1}),
    ("split", [(N, 6)], {"indices_or_sections": 3, "axis": -1}),
    ("squeeze", [(N, 1)], {}),
    ("squeeze", [(N, 1, 1)], {"axis": 1}),
    ("expand_dims", [(N, 3)], {"axis": (0, 1)}),
    ("transpose", [(N, 3, N)], {}),
    ("moveaxis", [(N, 3, 4)], {"source": (0, 1), "destination": (1, 2)}),
    ("broadcast_to", [(N, 1)], {"shape": (5, 4)}),
    ("tile", [(N, 3)], {"repeats": (1, 2)}),
    ("repeat", [(N, 3)], {"repeats": 2}),
    ("repeat", [(N, 3)], {"repeats": 2, "axis": 1}),
    ("pad", [(N, N)], {"pad_width": ((0, 0), (1, 1))}),
    ("ravel", [(N, 3)], {}),
    ("ravel", [(2, 3)], {}),
    ("flip", [(N, 3)], {}),
    ("roll", [(N, 3)], {"shift": 1}),
    ("diag", [(N,)], {}),
    ("diagonal", [(N, 3)], {}),
    ("trace", [(N, N, 3)], {}),
    ("tril", [(N, N)], {}),
    ("take", [(N, 3)], {"indices": 1, "axis": 1}),
    ("take", [(N, 3), (N, 2)], {"axis": 1}),
    ("take_along_axis", [(N, 3), (N, 1)], {"axis": 1}),
    ("unstack", [(N, 3)], {"axis": 1}),
    ("max", [(N, 3)], {}),
    ("mean", [(N, N, 3)], {"axis": (1, 2)}),
    ("argmax", [(N, 3)], {"axis": 0}),
    ("cumsum", [(N, 3)], {}),
    ("percentile", [(N, 3)], {"q": [1.0, 2.0], "axis": 0}),
    ("top_k", [(N, N)], {"k": 3}),
    ("sort", [(N, N)], {}),
    ("argsort", [(N, 3)], {"axis": 0}),
    ("vander", [(N,)], {}),
    ("meshgrid", [(N,), (3,)], {}),
    ("cross", [(N, 3), (N, 3)], {}),
    ("cdist", [(N, 3), (N, 3)], {}),
    ("unique", [(N,)], {}),
    ("unique", [(2, 4)], {"axis": 0, "size": 3}),
    ("unique", [(N,)], {"size": 3}),
    ("nonzero", [(N, 3)], {}),
    ("stft", [(N, N)], {"sequence_length": 4, "sequence_stride": 2, "fft_length": 8}),
    ("extract_sequences", [(N, N)], {"sequence_length": 3, "sequence_stride": 2}),
    ("rfft", [(N, N)], {}),
    ("inv", [(N, 3, 3)], {}),
    ("svd", [(N, 3, 3)], {}),
    ("view", [(N, 4)], {"dtype": "int8"}),
    ("size", [(N, 3)], {}),
    ("slice", [(N, 4)], {"start_indices": (0, 1), "shape": (2, 2)}),
]
INDICES = ("take", "take_along_axis")


@pytest.mark.parametrize(("name", "shapes", "kwargs"), CASES)
def test_shape_is_like_keras(name, shapes, kwargs):
    expected = shapes_of(keras.ops, keras.KerasTensor, name, shapes, kwargs)
    assert shapes_of(ops, KerasTensor, name, shapes, kwargs) == expected


def test_einsum_with_unknown_sizes():
    assert ops.einsum("...ij,...jk->...ik", sym(N, 3, 4), sym(4, 2)).shape == (N, 3, 2)


def test_axis_joined_with_a_known_size_is_known():
    assert ops.concatenate([sym(N, 3), sym(2, 3)], axis=1).shape == (2, 6)


def test_unknown_size_meets_a_known_one_of_an_array():
    assert (sym(N, 3) + ops.ones((5, 3))).shape == (5, 3)


def test_split_of_an_unknown_axis_is_unknown():
    assert [part.shape for part in ops.split(sym(N, 3), 3)] == [(N, 3)] * 3


def test_slices_of_an_unknown_axis_have_no_number():
    with pytest.raises(ValueError, match="`num` of `unstack`"):
        ops.unstack(sym(N, 3), axis=0)


def test_number_of_slices_of_an_unknown_axis_can_be_told():
    assert [part.shape for part in ops.unstack(sym(N, 3), num=2, axis=0)] == [(3,)] * 2


def test_rearrange_with_unknown_sizes():
    assert ops.rearrange(sym(N, 6), "b (h w) -> h w b", h=2).shape == (2, 3, N)


def test_error_names_the_symbolic_shapes():
    with pytest.raises((TypeError, ValueError)) as error:
        sym(N, 3) + sym(4)
    assert "(None, 3)" in str(error.value) and "(4,)" in str(error.value)


def sym(*shape):
    return KerasTensor(shape)


def shapes_of(module, tensor_class, name, shapes, kwargs):
    """Shapes of the results of a call on symbolic tensors of these shapes."""
    tensors = [
        [tensor_class(s) for s in shape]
        if isinstance(shape, list)
        else tensor_class(shape, dtype="int32" if name in INDICES and i else "float32")
        for i, shape in enumerate(shapes)
    ]
    result = getattr(module, name)(*tensors, **kwargs)
    return [tuple(t.shape) for t in (result if isinstance(result, (list, tuple)) else [result])]

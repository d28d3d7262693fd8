"""The node that each operation leaves in a graph has Keras's class, config and arguments."""

import json
import re

import keras
import pytest

from cornu import ops
from cornu.ops import keras_names
from cornu.ops.symbolic import KerasTensor


def K(shape, dtype="float32"):
    """Stand for a symbolic tensor; each side makes its own."""
    return ("symbolic", shape, dtype)


F, I, B, C = K((None, 4)), K((None, 4), "int32"), K((None, 4), "bool"), K((None, 4), "complex64")
SQUARE, VECTOR = K((None, 3, 3)), K((4,))
IDS = K((4,), "int32")

UNARY = """
absolute arccos arccosh arcsin arcsinh arctan arctanh array cbrt ceil conjugate copy cos cosh
deg2rad empty_like erf erfc erfinv exp exp2 expm1 fabs flip fliplr flipud floor i0 imag
isfinite isinf isnan isneginf isposinf isreal log log10 log1p log2 logical_not negative
ones_like rad2deg ravel real reciprocal rsqrt sign signbit sin sinc sinh sort argsort sqrt
square squeeze tan tanh transpose trunc zeros_like stop_gradient convert_to_tensor angle diff
tril triu argpartition nan_to_num max min amax amin mean sum prod std var median all any ptp
argmax argmin count_nonzero average cumsum cumprod nanargmax nanargmin nancumprod nancumsum
nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar logsumexp norm round
""".split()
REDUCTIONS = """
max min amax amin mean sum prod std var median all any ptp nanmax nanmean nanmedian nanmin
nanprod nanstd nansum nanvar logsumexp norm argmax argmin nanargmax nanargmin
""".split()
BINARY = """
add subtract multiply divide true_divide divide_no_nan floor_divide mod fmod power maximum
minimum fmax fmin arctan2 hypot logaddexp logaddexp2 heaviside nextafter equal not_equal
greater greater_equal less less_equal logical_and logical_or logical_xor isclose isin allclose
inner outer vdot kron cdist take_along_axis
""".split()
INTEGER = """
bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift left_shift
right_shift gcd lcm
""".split()
MATRIX = """
cholesky cholesky_inverse det eigh inv logdet matrix_rank pinv svd trace diagonal
""".split()

CASES = {
    **{name: ((F,), {}) for name in UNARY},
    **{f"{name} axis": (name, (F,), {"axis": 1, "keepdims": True}) for name in REDUCTIONS},
    **{name: ((F, F), {}) for name in BINARY},
    **{name: ((I, I), {}) for name in INTEGER},
    **{name: ((SQUARE,), {}) for name in MATRIX},
    "abs": ((F,), {}),
    "conj": ((F,), {}),
    "add number": ("add", (F, 2), {}),
    "subtract from number": ("subtract", (1.5, F), {}),
    "add keywords": ("add", (), {"x1": F, "x2": 2}),
    "append": ((K((2, 4)), K((3, 4))), {"axis": 0}),
    "argpartition": ((F, 2), {}),
    "array_split": ((F, 2), {"axis": 1}),
    "average axis": ("average", (F,), {"axis": 1, "weights": VECTOR}),
    "bincount": ((K((3,), "int32"),), {"minlength": 3}),
    "bitwise_invert": ((I,), {}),
    "bitwise_not": ((I,), {}),
    "broadcast_to": ((K((1, 4)), (2, 4)), {}),
    "cast": ((F, "int32"), {}),
    "clip": ((F, 0, 1), {}),
    "concatenate": (([F, F],), {"axis": 1}),
    "correlate": ((K((5,)), K((3,))), {"mode": "same"}),
    "cross": ((K((None, 3)), K((None, 3))), {}),
    "cumsum axis": ("cumsum", (F,), {"axis": 1}),
    "diag": ((K((3,)),), {"k": 1}),
    "diagflat": ((K((2, 3)),), {}),
    "dot": ((F, K((4, 2))), {}),
    "dsplit": ((K((2, 2, 4)), 2), {}),
    "dstack": (([F, F],), {}),
    "einsum": (("ij,kj->ik", F, F), {}),
    "expand_dims": ((F, 1), {}),
    "extract_sequences": ((F, 2, 1), {}),
    "fft": (((F, F),), {}),
    "fft2": (((SQUARE, SQUARE),), {}),
    "full_like": ((F, 2.0), {"dtype": "int32"}),
    "geomspace": ((F, F), {"num": 3}),
    "histogram": ((K((10,)),), {"bins": 5, "range": (0, 1)}),
    "hsplit": ((F, 2), {}),
    "hstack": (([F, F],), {}),
    "ifft2": (((SQUARE, SQUARE),), {}),
    "in_top_k": ((K((None,), "int32"), F, 2), {}),
    "irfft": (((F, F),), {"fft_length": 6}),
    "isclose tolerances": ("isclose", (F, F), {"rtol": 1e-3, "equal_nan": True}),
    "isin inverted": ("isin", (F, F), {"invert": True}),
    "trapezoid": ((F,), {}),
    "istft": (((K((None, 4, 9)), K((None, 4, 9))), 4, 2, 16), {}),
    "ldexp": ((F, I), {}),
    "linspace": ((F, F), {"num": 3, "axis": 1}),
    "logspace": ((F, F), {"num": 3}),
    "lstsq": ((K((4, 3)), K((4, 2))), {"rcond": 0.1}),
    "matmul": ((F, K((4, 2))), {}),
    "max initial": ("max", (F,), {"initial": 1.0}),
    "meshgrid": ((K((3,)), K((2,))), {"indexing": "ij"}),
    "moveaxis": ((F, 0, 1), {}),
    "nan_to_num": ((F,), {"nan": 1.0}),
    "nanpercentile": ((F, 50.0), {"axis": 1}),
    "nanquantile": ((F, 0.5), {"axis": 1}),
    "pad": ((F, ((0, 0), (1, 1))), {}),
    "pad constant": ("pad", (F, ((0, 0), (1, 1))), {"constant_values": 1.0}),
    "percentile": ((F, 50.0), {"axis": 1}),
    "qr": ((K((None, 3, 2)),), {}),
    "quantile": ((F, [0.5, 0.2]), {"axis": 1, "method": "lower", "keepdims": True}),
    "rearrange": ((K((2, 6)), "b (h w) -> b h w"), {"h": 2}),
    "repeat": ((F, 2), {"axis": 1}),
    "reshape": ((F, (-1, 2, 2)), {}),
    "rfft": ((F,), {"fft_length": 4}),
    "roll": ((F, 1), {"axis": 1}),
    "rot90": ((F,), {"k": 1}),
    "saturate_cast": ((F, "uint8"), {}),
    "scatter": ((K((2, 1), "int32"), K((2,)), (4,)), {}),
    "scatter_update": ((VECTOR, K((2, 1), "int32"), K((2,))), {}),
    "searchsorted": ((VECTOR, K((3,))), {"side": "right"}),
    "segment_max": ((VECTOR, IDS), {"num_segments": 3}),
    "segment_min": ((VECTOR, IDS), {"num_segments": 3}),
    "segment_prod": ((VECTOR, IDS), {"num_segments": 3}),
    "segment_sum": ((VECTOR, IDS), {"num_segments": 3, "sorted": True}),
    "select": (([B, B], [F, F]), {"default": 1.0}),
    "slice": ((K((4, 4)), (1, 1), (2, 2)), {}),
    "slice_update": ((K((4, 4)), (1, 1), K((2, 2))), {}),
    "solve": ((SQUARE, SQUARE), {}),
    "solve_triangular": ((SQUARE, SQUARE), {"lower": True}),
    "split": ((F, 2), {"axis": 1}),
    "squeeze": ((K((None, 1, 4)),), {"axis": 1}),
    "stack": (([F, F],), {"axis": 1}),
    "stft": ((K((None, 40)), 4, 2, 16), {}),
    "swapaxes": ((F, 0, 1), {}),
    "take": ((F, I), {"axis": 1}),
    "take_along_axis": ((F, I), {"axis": 1}),
    "tensordot": ((F, K((4, 2))), {"axes": 1}),
    "tile": ((F, (1, 2)), {}),
    "top_k": ((F, 2), {"sorted": False}),
    "unique": ((K((None,)),), {"size": 3, "return_counts": True}),
    "unravel_index": ((I, (4, 5)), {}),
    "unstack": ((F,), {"num": 4, "axis": 1}),
    "vander": ((K((3,)),), {"N": 2}),
    "view": ((F,), {"dtype": "int32"}),
    "view_as_complex": ((K((None, 2)),), {}),
    "view_as_real": ((C,), {}),
    "vsplit": ((K((4, 2)), 2), {}),
    "vstack": (([F, F],), {}),
    "where": ((B, F, F), {}),
    "nonzero": ((F,), {}),
}


@pytest.mark.parametrize("case", CASES)
def test_node_is_like_keras(case):
    name, args, kwargs = CASES[case] if len(CASES[case]) == 3 else (case, *CASES[case])
    ours = describe(ops, KerasTensor, name, args, kwargs)
    theirs = describe(keras.ops, keras.KerasTensor, name, args, kwargs)
    assert ours == theirs


def describe(module, tensor_class, name, args, kwargs):
    """Call the operation and list everything that a file of the model would hold."""

    def make(value):
        if isinstance(value, tuple) and value[:1] == ("symbolic",):
            return tensor_class(value[1], dtype=value[2])
        if isinstance(value, (list, tuple)):
            return type(value)(make(v) for v in value)
        return value

    result = getattr(module, name)(*make(args), **{k: make(v) for k, v in kwargs.items()})
    outputs = list(result) if isinstance(result, (list, tuple)) else [result]
    operation = outputs[0]._keras_history.operation
    node = operation._inbound_nodes[0]
    if tensor_class is KerasTensor:
        path, class_name = keras_names.to_keras(operation.op.name)
        node_args, node_kwargs = node.args, node.kwargs
    else:
        path, class_name = type(operation).__module__, type(operation).__name__
        node_args, node_kwargs = node.arguments.args, node.arguments.kwargs
    return {
        "class": (path, class_name),
        "config": plain(operation.get_config()),
        "args": plain(node_args),
        "kwargs": plain(node_kwargs),
        "outputs": [(tuple(t.shape), t.dtype) for t in outputs],
    }


def plain(value):
    """JSON text in which symbolic tensors are alike and names have no counter."""
    text = json.dumps(value, default=lambda v: "tensor" if hasattr(v, "shape") else repr(v))
    return re.sub(r'("name": "\w+?)(_\d+)?"', r'\1"', text)

"""Values, and gradients where they exist, of the functions are Keras's."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu import ops

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4)).astype("float32")
Y = RNG.normal(size=(3, 4)).astype("float32")
UNIT = RNG.uniform(-0.9, 0.9, size=(3, 4)).astype("float32")
POSITIVE = RNG.uniform(0.5, 3, size=(3, 4)).astype("float32")
INTS = RNG.integers(-5, 9, size=(3, 4)).astype("int32")
OTHER_INTS = RNG.integers(1, 5, size=(3, 4)).astype("int32")
SPECIAL = np.array([0.0, -0.0, 1.5, -2.5, np.inf, -np.inf, np.nan], "float32")
HOLES = np.array([[1.0, np.nan, 3.0, -1.0], [np.nan, 2.0, 2.5, 0.5]], "float32")
COMPLEX = (X + 1j * Y).astype("complex64")
SQUARE = (RNG.normal(size=(2, 3, 3)) + 3 * np.eye(3)).astype("float32")
SYMMETRIC = (SQUARE @ SQUARE.transpose(0, 2, 1) + np.eye(3)).astype("float32")
TALL = RNG.normal(size=(4, 3)).astype("float32")
SIGNAL = RNG.normal(size=(2, 40)).astype("float32")
PAIR = (X, Y)

REAL = """
absolute arcsinh arctan cbrt cos cosh deg2rad erf erfc exp exp2 expm1 fabs negative rad2deg
sin sinc sinh square tan tanh reciprocal sign floor ceil trunc round i0 angle
""".split()
ON_POSITIVE = "log log10 log1p log2 sqrt rsqrt arccosh".split()
ON_UNIT = "arccos arcsin arctanh erfinv".split()
ON_SPECIAL = """
isfinite isinf isnan isneginf isposinf signbit sign absolute nan_to_num floor ceil trunc
isreal logical_not exp sqrt log fabs round
""".split()
BINARY = """
add subtract multiply divide true_divide maximum minimum fmax fmin arctan2 hypot logaddexp
logaddexp2
""".split()
COMPARISONS = """
equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor
isclose isin allclose heaviside
""".split()
ON_INTS = """
bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift left_shift
right_shift gcd lcm floor_divide mod fmod divide add equal power
""".split()
REDUCTIONS = """
sum mean max min amax amin prod std var median ptp any all count_nonzero argmax argmin
logsumexp average norm cumsum cumprod
""".split()
WITH_KEEPDIMS = (
    "sum mean max min prod std var median ptp any all argmax argmin logsumexp norm".split()
)
NAN_REDUCTIONS = """
nansum nanmean nanmax nanmin nanprod nanstd nanvar nanmedian nanargmax nanargmin nancumsum
nancumprod
""".split()

CASES = [
    *[(name, (X,), {}) for name in REAL],
    *[(name, (POSITIVE + 0.6,), {}) for name in ON_POSITIVE],
    *[(name, (UNIT,), {}) for name in ON_UNIT],
    *[(name, (SPECIAL,), {}) for name in ON_SPECIAL],
    *[(name, (X, Y), {}) for name in BINARY],
    *[(name, (X, Y[:1]), {}) for name in ("add", "multiply", "maximum")],
    *[(name, (INTS, OTHER_INTS), {}) for name in COMPARISONS],
    *[(name, (SPECIAL, SPECIAL[::-1]), {}) for name in (*BINARY, *COMPARISONS)],
    *[(name, (np.abs(INTS), OTHER_INTS), {}) for name in ON_INTS],
    *[(name, (INTS, OTHER_INTS), {}) for name in ("floor_divide", "mod", "fmod", "divide")],
    *[(name, (X, Y), {}) for name in ("floor_divide", "mod", "fmod")],
    *[(name, (X,), {}) for name in REDUCTIONS],
    *[(name, (X,), {"axis": 1}) for name in REDUCTIONS],
    *[(name, (X,), {"axis": -1, "keepdims": True}) for name in WITH_KEEPDIMS],
    *[(name, (INTS,), {"axis": 0}) for name in REDUCTIONS],
    *[(name, (HOLES,), {"axis": 1}) for name in NAN_REDUCTIONS],
    *[(name, (HOLES,), {}) for name in NAN_REDUCTIONS],
    *[(name, (COMPLEX,), {}) for name in ("real", "imag", "conjugate", "angle", "absolute")],
    *[(name, (COMPLEX,), {}) for name in ("view_as_real", "sqrt", "exp", "sum", "isreal", "std")],
    ("view_as_complex", (np.stack([X, Y], -1),), {}),
    ("bitwise_not", (INTS,), {}),
    ("bitwise_invert", (INTS,), {}),
    ("divide_no_nan", (X, np.array([0, 1, 0, 2], "float32")), {}),
    ("divide_no_nan", (INTS, np.array([0, 1, 0, 2], "int32")), {}),
    ("power", (POSITIVE, Y), {}),
    ("power", (X, 2), {}),
    ("power", (X, 3.0), {}),
    ("ldexp", (X, INTS), {}),
    ("nextafter", (X, Y), {}),
    ("clip", (X, -0.5, 0.5), {}),
    ("clip", (INTS, 0, 2.5), {}),
    ("nan_to_num", (SPECIAL,), {"nan": 1.0, "posinf": 2.0, "neginf": -3.0}),
    ("round", (X * 100,), {"decimals": 1}),
    ("round", (INTS * 10,), {"decimals": -1}),
    ("isclose", (X, X + 1e-3), {"rtol": 1e-2}),
    ("isin", (INTS, OTHER_INTS), {"invert": True}),
    ("max", (X,), {"initial": 2.0}),
    ("min", (X,), {"axis": 0, "initial": 0.0}),
    ("sum", (X,), {"axis": (0, 1)}),
    ("prod", (INTS,), {"dtype": "float32"}),
    ("cumsum", (INTS,), {"axis": 1, "dtype": "float32"}),
    ("average", (X,), {"axis": 0, "weights": np.array([1.0, 2.0, 0.5], "float32")}),
    ("average", (INTS,), {"weights": np.abs(X)}),
    ("reshape", (X, (2, -1)), {}),
    ("ravel", (X,), {}),
    ("expand_dims", (X, (0, -1)), {}),
    ("squeeze", (X[None, :, None],), {}),
    ("squeeze", (X[None, :, None],), {"axis": 2}),
    ("transpose", (SQUARE,), {}),
    ("transpose", (SQUARE, (1, 2, 0)), {}),
    ("swapaxes", (SQUARE, 0, -1), {}),
    ("moveaxis", (SQUARE, (0, 1), (1, 2)), {}),
    ("flip", (X,), {}),
    ("flip", (X,), {"axis": 1}),
    ("fliplr", (X,), {}),
    ("flipud", (X,), {}),
    ("rot90", (SQUARE,), {"k": 3, "axes": (1, 2)}),
    ("roll", (X, 2), {}),
    ("roll", (X, (1, -1)), {"axis": (0, 1)}),
    ("tile", (X, (2, 1, 2)), {}),
    ("repeat", (X, 2), {}),
    ("repeat", (X, np.array([1, 0, 2])), {"axis": 0}),
    ("broadcast_to", (X[:1], (3, 4)), {}),
    ("pad", (X, 1), {}),
    ("pad", (X, ((0, 1), (2, 0))), {"constant_values": 3.0}),
    ("pad", (X, ((1, 1), (2, 0))), {"mode": "reflect"}),
    ("pad", (X, ((1, 1), (2, 0))), {"mode": "symmetric"}),
    ("pad", (X, ((1, 1), (2, 0))), {"mode": "edge"}),
    ("tril", (SQUARE,), {"k": -1}),
    ("triu", (SQUARE,), {"k": 1}),
    ("diag", (X[0],), {"k": -1}),
    ("diag", (X,), {"k": 1}),
    ("diagflat", (X,), {}),
    ("diagonal", (SQUARE,), {"offset": 1, "axis1": 1, "axis2": 2}),
    ("trace", (SQUARE,), {"axis1": 1, "axis2": 2}),
    ("trace", (INTS,), {"offset": 1}),
    ("concatenate", ([X, Y],), {"axis": 1}),
    ("concatenate", ([X, INTS],), {}),
    ("stack", ([X, Y],), {"axis": -1}),
    ("hstack", ([X, Y],), {}),
    ("vstack", ([X[0], Y[0]],), {}),
    ("dstack", ([X, Y],), {}),
    ("append", (X, Y), {}),
    ("append", (X, Y), {"axis": 0}),
    ("split", (X, 2), {"axis": 1}),
    ("split", (X, [1, 3]), {"axis": 1}),
    ("array_split", (X, 3), {"axis": 1}),
    ("hsplit", (X, 2), {}),
    ("vsplit", (X, 3), {}),
    ("dsplit", (SQUARE, 3), {}),
    ("unstack", (X,), {"axis": 1}),
    ("meshgrid", (X[0], Y[0, :2]), {}),
    ("meshgrid", (X[0], Y[0, :2], X[1, :3]), {"indexing": "ij"}),
    ("take", (X, np.array([0, -1, 7])), {"axis": 1}),
    ("take", (X, np.array([[0, 5], [-1, 99]])), {}),
    ("take", (INTS, np.array([5, -9])), {"axis": 0}),
    ("take_along_axis", (X, np.array([[0], [3], [-1]])), {"axis": 1}),
    ("take_along_axis", (X, np.array([0, 5, -1])), {}),
    ("get_item", (X, (slice(None, None, 2), -1)), {}),
    ("get_item", (X, (..., None)), {}),
    ("where", (X > 0, X, 0), {}),
    ("where", (X > 0, X, INTS), {}),
    ("where", (X > 0,), {}),
    ("nonzero", (INTS > 2,), {}),
    ("select", ([X > 0.5, X > 0], [X, Y]), {"default": -1.0}),
    ("searchsorted", (np.sort(X[0]), Y), {}),
    ("searchsorted", (np.array([1, 2, 2, 3]), np.array([2, 9])), {"side": "right"}),
    ("digitize", (X, np.array([-1.0, 0.0, 1.0], "float32")), {}),
    ("unravel_index", (np.array([3, 7]), (3, 4)), {}),
    ("slice", (X, (1, 1), (2, 2)), {}),
    ("slice", (X, np.array([2, 3]), (2, 2)), {}),
    ("slice", (X, (1, 0), (-1, 2)), {}),
    ("slice_update", (X, (1, 1), Y[:2, :2]), {}),
    ("scatter", (np.array([[0], [2], [0]]), Y, (4, 4)), {}),
    ("scatter", (np.array([[0, 1], [2, 3]]), Y[0, :2], (4, 4)), {}),
    ("scatter_update", (X, np.array([[0, 1], [2, 3]]), Y[0, :2]), {}),
    *[
        ("scatter_update", (X, np.array([[0], [1], [0]]), Y), {"reduction": reduction})
        for reduction in ("add", "mul", "max", "min")
    ],
    *[
        (f"segment_{how}", (X, np.array([0, 2, 0])), {"num_segments": 3})
        for how in ("sum", "max", "min", "prod")
    ],
    *[
        (f"segment_{how}", (INTS, np.array([0, 2, -1])), {"num_segments": 3})
        for how in ("sum", "max", "min", "prod")
    ],
    ("sort", (X,), {}),
    ("sort", (SPECIAL,), {}),
    ("sort", (INTS,), {"axis": None}),
    ("argsort", (INTS,), {}),
    ("argsort", (INTS,), {"axis": None}),
    ("argmax", (SPECIAL,), {}),
    ("unique", (INTS,), {"return_index": True, "return_inverse": True, "return_counts": True}),
    ("unique", (INTS,), {"size": 4}),
    ("unique", (INTS,), {"size": 20, "fill_value": -7}),
    ("unique", (np.array([[1, 2], [1, 2], [0, 1]]),), {"axis": 0, "return_inverse": True}),
    ("in_top_k", (np.array([1, 0, 9]), X, 2), {}),
    ("histogram", (X[0],), {"bins": 3}),
    ("histogram", (INTS[0],), {"bins": 4, "range": (0, 5)}),
    ("bincount", (np.array([1, 1, 4]),), {}),
    ("bincount", (np.array([1, 1, 4]),), {"minlength": 7, "weights": np.array([0.5, 1, 2])}),
    *[
        (name, (X, np.array([20.0, 50.0]) / scale), {"axis": axis, "method": method})
        for name, scale in (("percentile", 1), ("quantile", 100), ("nanquantile", 100))
        for axis, method in ((None, "linear"), (1, "nearest"), ((0, 1), "lower"))
    ],
    ("quantile", (INTS, 0.3), {"axis": 0, "keepdims": True}),
    ("median", (SQUARE,), {"axis": (0, 1), "keepdims": True}),
    ("nanpercentile", (HOLES, 40.0), {"axis": 1}),
    ("corrcoef", (X,), {}),
    ("correlate", (X[0], Y[0, :2]), {}),
    ("correlate", (X[0], Y[0, :2]), {"mode": "full"}),
    ("correlate", (INTS[0], INTS[1, :3]), {"mode": "same"}),
    ("diff", (X,), {"n": 2, "axis": 1}),
    ("diff", (X > 0,), {}),
    ("trapezoid", (X,), {"dx": 0.5}),
    ("trapezoid", (X,), {"x": np.sort(Y, axis=1)}),
    ("vander", (INTS[0],), {}),
    ("vander", (X[0],), {"N": 3, "increasing": True}),
    ("matmul", (X, Y.T), {}),
    ("matmul", (SQUARE, SQUARE), {}),
    ("matmul", (np.ones((2, 3), "int8"), np.full((3, 2), 100, "int8")), {}),
    ("dot", (X, Y.T), {}),
    ("dot", (SQUARE, SQUARE), {}),
    ("inner", (X, Y), {}),
    ("outer", (X, Y), {}),
    ("vdot", (COMPLEX, X), {}),
    ("kron", (X, Y), {}),
    ("tensordot", (X, Y), {"axes": 2}),
    ("tensordot", (X, Y), {"axes": [[1], [1]]}),
    ("einsum", ("ij,kj->ik", X, Y), {}),
    ("einsum", ("...ij,...jk->...ik", SQUARE, SQUARE), {}),
    ("einsum", ("ii", SQUARE[0]), {}),
    ("cross", (X[:, :3], Y[:, :3]), {}),
    ("cdist", (X, Y), {}),
    ("cholesky", (SYMMETRIC,), {}),
    ("cholesky", (SYMMETRIC,), {"upper": True}),
    ("cholesky_inverse", (np.linalg.cholesky(SYMMETRIC[0]),), {}),
    ("cholesky_inverse", (np.linalg.cholesky(SYMMETRIC[0]).T,), {"upper": True}),
    ("det", (SQUARE,), {}),
    ("slogdet", (SQUARE,), {}),
    ("logdet", (SYMMETRIC,), {}),
    ("inv", (SQUARE,), {}),
    ("pinv", (TALL,), {}),
    ("pinv", (TALL,), {"rcond": 0.5}),
    ("matrix_rank", (TALL,), {}),
    ("matrix_rank", (np.diag([10.0, 1.0]).astype("float32"),), {"tol": 0.5}),
    ("matrix_rank", (np.diag([10.0, 1.0]).astype("float32"),), {"tol": 0.05}),
    ("lu_factor", (SQUARE,), {}),
    ("qr", (TALL,), {}),
    ("qr", (TALL,), {"mode": "complete"}),
    ("svd", (TALL,), {"full_matrices": False}),
    ("svd", (TALL,), {"compute_uv": False}),
    ("eigh", (SYMMETRIC,), {}),
    ("solve", (SQUARE, SQUARE), {}),
    ("solve", (SQUARE[0], X[0, :3]), {}),
    ("solve_triangular", (SQUARE, SQUARE), {}),
    ("solve_triangular", (SQUARE[0], SQUARE[0, 0]), {"lower": True}),
    ("lstsq", (TALL, X.T[:, :2]), {}),
    *[("norm", (X,), {"ord": ord}) for ord in (None, "fro", "nuc", 1, 2, np.inf, -np.inf)],
    *[("norm", (X,), {"ord": ord, "axis": 1}) for ord in (None, 1, 2, 3, np.inf, 0)],
    ("norm", (SQUARE,), {"ord": 2, "axis": (1, 2), "keepdims": True}),
    ("fft", (PAIR,), {}),
    ("fft2", (PAIR,), {}),
    ("ifft2", (PAIR,), {}),
    ("rfft", (X,), {}),
    ("rfft", (X,), {"fft_length": 6}),
    ("irfft", (PAIR,), {}),
    ("irfft", (PAIR,), {"fft_length": 5}),
    ("stft", (SIGNAL, 8, 4, 8), {}),
    ("stft", (SIGNAL, 6, 4, 9), {"window": "hamming", "center": False}),
    ("stft", (SIGNAL, 6, 4, 8), {"window": np.arange(6.0, dtype="float32")}),
    ("stft", (SIGNAL, 6, 4, 8), {"window": None}),
    ("extract_sequences", (SIGNAL, 6, 4), {}),
    ("extract_sequences", (X, 6, 4), {}),
    ("cast", (X, "int32"), {}),
    ("cast", (X, "bool"), {}),
    ("saturate_cast", (X * 300, "uint8"), {}),
    ("saturate_cast", (X * 1e10, "int32"), {}),
    ("saturate_cast", (X * 1e5, "float16"), {}),
    ("saturate_cast", (INTS, "uint8"), {}),
    ("view", (X, "int32"), {}),
    ("view", (X, "int8"), {}),
    ("copy", (X,), {}),
    ("array", ([1, 2.5],), {}),
    ("convert_to_tensor", ([1, 2], "float32"), {}),
    ("rearrange", (SQUARE[:, :, :2], "b h (w c) -> (b h) w c"), {"w": 2}),
    ("zeros", ((2,),), {}),
    ("ones", ((2,), "int8"), {}),
    ("full", ((2,), 3), {}),
    ("full", ((2, 4), X[0]), {}),
    ("full_like", (X, 2), {}),
    ("full_like", (INTS, 2.5), {}),
    ("zeros_like", (X,), {"dtype": "int32"}),
    ("arange", (5,), {}),
    ("arange", (5.0,), {}),
    ("arange", (0, 5, 0.5), {}),
    ("arange", (5, 0, -2), {"dtype": "float32"}),
    ("linspace", (0, 1, 5), {}),
    ("linspace", (0, 1, 5), {"endpoint": False, "retstep": True}),
    ("linspace", (X[0], Y[0], 3), {"axis": -1}),
    ("logspace", (0, 2, 3), {}),
    ("geomspace", (1, 8, 4), {}),
    ("eye", (2, 3), {"k": 1}),
    ("identity", (2,), {"dtype": "int32"}),
    ("tri", (3,), {"k": -1}),
    *[(name, (5,), {}) for name in ("bartlett", "blackman", "hamming", "hanning")],
    ("kaiser", (5, 2.0), {}),
    ("kaiser", (6, 14), {}),
]


@pytest.mark.parametrize(
    ("name", "args", "kwargs"), CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_value_is_like_keras(name, args, kwargs):
    arrays = to_arrays(args)
    expected = getattr(keras.ops, name)(*arrays, **kwargs)
    result = getattr(ops, name)(*arrays, **kwargs)
    assert described(result) == described(expected)
    for a, b in zip(jax.tree.leaves(result), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=2e-5, atol=2e-5)


WITH_GRADIENTS = (
    REAL
    + ON_POSITIVE
    + ON_UNIT
    + BINARY
    + """
    sum mean max min prod std var median ptp logsumexp average norm cumsum cumprod nansum
    nanmean nanmax nanstd divide_no_nan power clip nan_to_num take scatter scatter_update
    segment_sum segment_max quantile percentile corrcoef correlate trapezoid matmul einsum
    cross cholesky cholesky_inverse det logdet inv pinv solve solve_triangular lstsq fft ifft2
    rfft irfft stft where select sort extract_sequences
    """.split()
)
DIFFERENTIABLE = [
    (name, args, kwargs)
    for name, args, kwargs in CASES
    if name in WITH_GRADIENTS
    and not any(x is SPECIAL or x is COMPLEX for x in args)
    and any(isinstance(x, np.ndarray) and x.dtype == "float32" for x in args)
    and kwargs.get("reduction") != "mul"
]


@pytest.mark.parametrize(
    ("name", "args", "kwargs"), DIFFERENTIABLE, ids=lambda v: v if isinstance(v, str) else ""
)
def test_gradient_is_like_keras(name, args, kwargs):
    expected = gradient(keras.ops, name, args, kwargs)
    result = gradient(ops, name, args, kwargs)
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)


def gradient(module, name, args, kwargs):
    """The gradient of the sum of squares of the result by the first float argument."""
    place = next(i for i, x in enumerate(args) if getattr(x, "dtype", None) == "float32")

    def objective(value):
        filled = (*args[:place], value, *args[place + 1 :])
        leaves = jax.tree.leaves(getattr(module, name)(*filled, **kwargs))
        return sum(jnp.sum(x**2) for x in leaves)

    return jax.jit(jax.grad(objective))(jnp.asarray(args[place]))


def to_arrays(value):
    """The same structure with JAX arrays in place of NumPy's."""
    return jax.tree.map(lambda x: jnp.asarray(x) if isinstance(x, np.ndarray) else x, value)


def described(value):
    """Structure, shapes and dtypes."""
    if isinstance(value, (list, tuple)):
        return [described(v) for v in value]
    return tuple(value.shape), str(value.dtype)

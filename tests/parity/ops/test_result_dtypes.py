"""Result dtypes are Keras's, over all dtypes and pairs of dtypes, Python numbers included."""

import jax
import keras
import pytest

from cornu import ops

DTYPES = "bool uint8 uint16 uint32 int8 int16 int32 bfloat16 float16 float32 complex64".split()
SOME_DTYPES = "bool uint8 uint32 int8 int32 bfloat16 float16 float32 complex64".split()
NUMBERS = [True, 2, 2.5]

UNARY = """
absolute all amax amin angle any arccos arccosh arcsin arcsinh arctan arctanh argmax argmin
argsort array average bitwise_invert bitwise_not cbrt ceil conjugate convert_to_tensor copy
corrcoef cos cosh count_nonzero cumprod cumsum deg2rad det diag diagflat diagonal diff eigh
empty_like erf erfc erfinv exp exp2 expm1 fabs flip fliplr flipud floor i0 imag inv isfinite
isinf isnan isneginf isposinf isreal log log10 log1p log2 logdet logical_not logsumexp
lu_factor matrix_rank max mean median min nan_to_num nanargmax nanargmin nancumprod nancumsum
nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar negative norm ones_like pinv prod
ptp qr rad2deg ravel real reciprocal rot90 round rsqrt sign signbit sin sinc sinh slogdet sort
sqrt square squeeze std stop_gradient sum svd tan tanh trace transpose trapezoid tril triu
trunc unstack var view_as_complex view_as_real zeros_like
""".split()
BINARY = """
add subtract multiply divide true_divide divide_no_nan floor_divide mod fmod power maximum
minimum fmax fmin hypot heaviside nextafter gcd lcm equal not_equal greater greater_equal less
less_equal logical_and logical_or logical_xor isclose isin bitwise_and bitwise_or bitwise_xor
bitwise_left_shift bitwise_right_shift left_shift right_shift ldexp matmul dot inner outer
vdot tensordot kron correlate cross append solve cdist
""".split()
# Keras makes a Python float a float32 tensor first, so that these three widen half precision.
WEAK_FLOATS_DIFFER = ["arctan2", "logaddexp", "logaddexp2"]
# In Keras variances and distances of complex numbers are complex; i0 drops the imaginary part.
COMPLEX_DIFFERS = {"var", "i0", "cdist"}
WITHOUT_NUMBERS = ["cdist", "solve", "cross"]


@pytest.mark.parametrize("name", UNARY)
def test_unary_dtype(name):
    expected = {d: dtype_of(keras.ops, name, array(d)) for d in dtypes_for(name)}
    result = {d: dtype_of(ops, name, array(d)) for d in dtypes_for(name)}
    assert keep(result, expected) == keep(expected, expected)


@pytest.mark.parametrize("name", BINARY)
def test_binary_dtype(name):
    pairs = [(a, b) for a in dtypes_for(name) for b in dtypes_for(name)]
    expected = {p: dtype_of(keras.ops, name, *map(array, p)) for p in pairs}
    result = {p: dtype_of(ops, name, *map(array, p)) for p in pairs}
    assert keep(result, expected) == keep(expected, expected)


@pytest.mark.parametrize("name", sorted(set(BINARY) - set(WITHOUT_NUMBERS)))
def test_dtype_with_python_numbers(name):
    pairs = [(d, n) for d in SOME_DTYPES for n in NUMBERS]
    expected = {(d, repr(n)): dtype_of(keras.ops, name, array(d), n) for d, n in pairs}
    result = {(d, repr(n)): dtype_of(ops, name, array(d), n) for d, n in pairs}
    assert keep(result, expected) == keep(expected, expected)


@pytest.mark.parametrize("name", sorted(set(BINARY) - set(WITHOUT_NUMBERS)))
def test_dtype_of_python_numbers_with(name):
    pairs = [(n, d) for d in SOME_DTYPES for n in NUMBERS]
    expected = {(repr(n), d): dtype_of(keras.ops, name, n, array(d)) for n, d in pairs}
    result = {(repr(n), d): dtype_of(ops, name, n, array(d)) for n, d in pairs}
    assert keep(result, expected) == keep(expected, expected)


@pytest.mark.parametrize("name", WEAK_FLOATS_DIFFER)
def test_dtype_of_pairs_of_arrays(name):
    pairs = [(a, b) for a in SOME_DTYPES for b in SOME_DTYPES]
    expected = {p: dtype_of(keras.ops, name, *map(array, p)) for p in pairs}
    result = {p: dtype_of(ops, name, *map(array, p)) for p in pairs}
    assert keep(result, expected) == keep(expected, expected)


@pytest.mark.parametrize("name", WEAK_FLOATS_DIFFER)
def test_python_float_keeps_half_precision(name):
    assert dtype_of(ops, name, array("bfloat16"), 2.5) == ["bfloat16"]


@pytest.mark.parametrize("axis", [0, None])
def test_concatenation_promotes_like_keras(axis):
    pairs = [(a, b) for a in SOME_DTYPES for b in SOME_DTYPES]
    for function in ("concatenate", "stack", "hstack", "vstack", "dstack"):
        expected = {p: dtype_of(keras.ops, function, list(map(array, p))) for p in pairs}
        assert {p: dtype_of(ops, function, list(map(array, p))) for p in pairs} == expected


def array(dtype):
    return jax.ShapeDtypeStruct((2, 2), dtype)


def dtypes_for(name):
    dtypes = SOME_DTYPES if name in BINARY else DTYPES
    return [d for d in dtypes if not (name in COMPLEX_DIFFERS and d == "complex64")]


def dtype_of(module, name, *args):
    """The dtypes of the results, or "error"."""
    leaves, tree = jax.tree.flatten(args)
    arrays = [x for x in leaves if hasattr(x, "shape")]

    def run(*values):
        supply = iter(values)
        filled = [next(supply) if hasattr(x, "shape") else x for x in leaves]
        return getattr(module, name)(*jax.tree.unflatten(tree, filled))

    shape = (2,) if name == "correlate" else (3, 3) if name in ("solve", "cross") else (2, 2)
    arrays = [jax.ShapeDtypeStruct(shape, x.dtype) for x in arrays]
    try:
        return [str(x.dtype) for x in jax.tree.leaves(jax.eval_shape(run, *arrays))]
    except (TypeError, ValueError, NotImplementedError):
        return "error"


def keep(result, expected):
    """Only where Keras has a result: where it has none, an operation may do better."""
    return {key: value for key, value in result.items() if expected[key] != "error"}

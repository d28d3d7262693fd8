"""What the tables against Keras do not hold: errors, special values, compiled control flow."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornu import ops

# --- conversion


def test_numpy_array_shares_memory_with_the_tensor():
    x = ops.ones((1000,))
    first, second = ops.convert_to_numpy(x), ops.convert_to_numpy(x)
    assert first.ctypes.data == second.ctypes.data


def test_tensor_of_the_wanted_dtype_is_returned_as_it_is():
    x = ops.ones((2,))
    assert ops.convert_to_tensor(x) is x
    assert ops.cast(x, "float32") is x


def test_64_bit_dtypes_become_32_bit_without_a_warning():
    assert ops.cast([1.5], "float64").dtype == "float32"
    assert ops.zeros((1,), "int64").dtype == "int32"
    assert ops.convert_to_tensor([1], "int64").dtype == "int32"


def test_unknown_dtype_is_refused():
    with pytest.raises(ValueError, match="not a dtype"):
        ops.cast([1.0], "float17")


@settings(deadline=None, max_examples=40)
@given(st.floats(-1e6, 1e6, width=32), st.sampled_from(["uint8", "int8", "int16"]))
def test_saturated_value_is_the_nearest_in_range(value, dtype):
    info = np.iinfo(dtype)
    expected = int(np.clip(np.float32(value), info.min, info.max))
    assert ops.saturate_cast(value, dtype).item() == expected


def test_shape_facts():
    x = np.ones((2, 3))
    assert (ops.shape(x), ops.ndim(x), ops.size(x)) == ((2, 3), 2, 6)
    assert ops.is_tensor(jnp.ones(1)) and not ops.is_tensor(x)


def test_custom_gradient_with_the_upstream_argument():
    @ops.custom_gradient
    def clipped(x):
        def grad(*args, upstream=None):
            return args[0] * 0.5

        return x * 3, grad

    assert jax.grad(lambda x: clipped(x))(2.0).item() == 0.5


def test_stop_gradient_stops():
    assert jax.grad(lambda x: ops.stop_gradient(x) * x)(3.0).item() == 3.0


# --- numerics


@settings(deadline=None, max_examples=40)
@given(st.integers(-1000, 1000), st.integers(1, 3))
def test_rounding_of_integers_to_tens_is_exact(value, places):
    expected = int(np.round(float(value) / 10**places)) * 10**places
    assert ops.round(value, -places).item() == expected


def test_division_without_nan_has_a_finite_gradient():
    gradient = jax.grad(lambda x: ops.sum(ops.divide_no_nan(1.0, x)))(jnp.array([0.0, 2.0]))
    assert gradient.tolist() == [0.0, -0.25]


def test_distance_of_equal_rows_has_gradient_zero():
    x = jnp.array([[1.0, 2.0]])
    assert jax.grad(lambda y: ops.cdist(y, x).sum())(x).tolist() == [[0.0, 0.0]]


def test_logsumexp_of_large_numbers_is_finite():
    assert ops.logsumexp([1e4, 1e4]).item() == pytest.approx(1e4 + np.log(2))


def test_power_with_an_integer_exponent_has_a_gradient_at_zero():
    assert jax.grad(lambda x: ops.power(x, 2))(0.0).item() == 0.0


def test_int8_products_do_not_overflow():
    row = np.full((1, 200), 100, "int8")
    assert ops.matmul(row, row.T).item() == 2_000_000
    assert ops.einsum("ij,ij->", row, row).item() == 2_000_000


# --- indexing and counting


def test_scattered_values_at_one_place_add_up():
    assert ops.scatter([[1], [1]], [1.0, 2.0], (3,)).tolist() == [0.0, 3.0, 0.0]


def test_unknown_reduction_of_scatter_update_is_refused():
    with pytest.raises(ValueError, match="'add', 'mul', 'max' or 'min'"):
        ops.scatter_update([1.0], [[0]], [2.0], reduction="mean")


def test_number_of_segments_is_found_outside_compiled_functions():
    assert ops.segment_sum([1.0, 2.0, 4.0], [0, 2, 0]).tolist() == [5.0, 0.0, 2.0]


def test_number_of_segments_is_asked_for_inside_compiled_functions():
    with pytest.raises(ValueError, match="num_segments"):
        jax.jit(lambda ids: ops.segment_sum(jnp.ones(2), ids))(jnp.array([0, 1]))


def test_segment_numbers_must_be_a_vector():
    with pytest.raises(ValueError, match="one dimension"):
        ops.segment_max([[1.0]], [[0]], 1)


def test_bincount_counts_each_row():
    assert ops.bincount([[1, 1], [0, 3]]).tolist() == [[0, 2, 0, 0], [1, 0, 0, 1]]


def test_bincount_cannot_be_compiled():
    with pytest.raises(TypeError, match="segment_sum"):
        jax.jit(ops.bincount)(jnp.array([1, 2]))


def test_where_takes_one_or_three_arguments():
    assert ops.where([0, 1])[0].tolist() == [1]
    with pytest.raises(ValueError, match="both"):
        ops.where([True], 1)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=20), st.data())
def test_argpartition_splits_at_the_kth_element(values, data):
    kth = data.draw(st.integers(0, len(values) - 1))
    order = np.asarray(ops.argpartition(values, kth))
    parted = np.asarray(values)[order]
    assert sorted(order.tolist()) == list(range(len(values)))
    assert (parted[:kth] <= parted[kth]).all() and (parted[kth:] >= parted[kth]).all()


def test_top_k_gives_values_and_places():
    values, places = ops.top_k([1.0, 5.0, 3.0], 2)
    assert values.tolist() == [5.0, 3.0] and places.tolist() == [1, 2]


@pytest.mark.parametrize(
    "arguments", [{"bins": -1}, {"bins": 2.5}, {"range": (3, 1)}, {"bins": [1, 2]}]
)
def test_histogram_refuses_wrong_bins(arguments):
    with pytest.raises(ValueError, match="histogram"):
        ops.histogram([1.0, 2.0], **arguments)


def test_constant_of_padding_needs_the_constant_mode():
    with pytest.raises(ValueError, match="reflect"):
        ops.pad([1.0, 2.0], 1, "reflect", constant_values=3.0)


# --- patterns


@pytest.mark.parametrize(
    ("pattern", "sizes", "shape"),
    [
        ("b h w c -> b (h w) c", {}, (2, 12, 5)),
        ("b (h p) w c -> b h w (p c)", {"p": 3}, (2, 1, 4, 15)),
        ("b ... c -> c ... b", {}, (5, 3, 4, 2)),
        ("b ... -> b (...)", {}, (2, 60)),
        ("b h w c -> b h w c 1", {}, (2, 3, 4, 5, 1)),
        ("b h w c -> () b (c h w)", {}, (1, 2, 60)),
    ],
)
def test_rearranged_shape(pattern, sizes, shape):
    assert ops.rearrange(np.ones((2, 3, 4, 5)), pattern, **sizes).shape == shape


def test_rearranged_elements_are_in_place():
    x = np.arange(12).reshape(2, 6)
    expected = x.reshape(2, 2, 3).transpose(2, 0, 1)
    assert np.array_equal(ops.rearrange(x, "b (h w) -> w b h", h=2), expected)


@pytest.mark.parametrize(
    ("pattern", "sizes"),
    [
        ("b c", {}),
        ("b c -> b", {}),
        ("b c -> b c d", {}),
        ("b (h w) -> b h w", {}),
        ("b (h w) -> b h w", {"h": 4}),
        ("b b -> b", {}),
        ("a b c -> a b c", {}),
        ("b (c -> b c", {}),
    ],
)
def test_wrong_pattern_is_refused(pattern, sizes):
    with pytest.raises(ValueError, match="rearrange"):
        ops.rearrange(np.ones((2, 6)), pattern, **sizes)


# --- linear algebra and spectra


def test_matrix_that_is_not_positive_definite_is_refused():
    with pytest.raises(ValueError, match="positive definite"):
        ops.cholesky([[1.0, 2.0], [2.0, 1.0]])


def test_eigenvalues_of_a_rotation_are_imaginary():
    values, _ = ops.eig([[0.0, -1.0], [1.0, 0.0]])
    assert sorted(np.imag(values).tolist()) == [-1.0, 1.0]


@pytest.mark.parametrize("window", ["hann", "hamming", None])
@pytest.mark.parametrize(("length", "stride", "size"), [(8, 4, 8), (8, 3, 8), (6, 3, 8)])
def test_inverse_of_the_short_time_transform_gives_the_signal_back(window, length, stride, size):
    signal = np.random.default_rng(0).normal(size=(2, 41)).astype("float32")
    spectra = ops.stft(signal, length, stride, size, window=window)
    again = ops.istft(spectra, length, stride, size, window=window, length=36)
    np.testing.assert_allclose(again, signal[:, :36], atol=1e-5)


def test_signal_beyond_its_end_is_zero():
    spectra = ops.stft(np.ones(16, "float32"), 8, 4, 8, center=False)
    assert ops.istft(spectra, 8, 4, 8, length=20, center=False)[16:].tolist() == [0.0] * 4


@pytest.mark.parametrize("call", [{"window": "flat"}, {"window": [1.0]}, {"fft_length": 2}])
def test_wrong_window_is_refused(call):
    arguments = {"sequence_length": 4, "sequence_stride": 2, "fft_length": 4, **call}
    with pytest.raises(ValueError, match=r"window|fft_length"):
        ops.stft(np.ones(8), **arguments)


def test_parts_of_a_spectrum_must_have_one_shape():
    with pytest.raises(ValueError, match="same shape"):
        ops.fft(([1.0], [1.0, 2.0]))


# --- control flow


def test_branch_not_taken_does_not_run():
    assert ops.cond(False, lambda: 1 / 0, lambda: "taken") == "taken"


def test_branches_in_a_compiled_function():
    choose = jax.jit(lambda p, x: ops.cond(p, lambda: x + 1, lambda: x - 1))
    assert (choose(True, 1).item(), choose(False, 1).item()) == (2, 0)


@pytest.mark.parametrize(("index", "expected"), [(-3, 1), (0, 1), (1, 20), (7, 20)])
def test_switch_index_is_clamped(index, expected):
    branches = [lambda x: x + 0, lambda x: x * 20]
    assert ops.switch(index, branches, 1) == expected
    assert jax.jit(lambda i: ops.switch(i, branches, 1))(index).item() == expected


def test_loop_stops_at_the_maximum():
    x, y = ops.while_loop(lambda x, y: x < 100, lambda x, y: (x + 1, y * 2), (0, 1), 3)
    assert (x.item(), y.item()) == (3, 8)


def test_loop_over_a_dict():
    result = ops.while_loop(lambda d: d["a"] < 5, lambda d: {"a": d["a"] + 2}, {"a": 0})
    assert result["a"].item() == 6


def test_scan_in_reverse():
    last, outputs = ops.scan(lambda c, x: (c + x, c), 0, jnp.arange(1, 4), reverse=True)
    assert last.item() == 6 and outputs.tolist() == [5, 3, 0]


def test_scan_over_a_length():
    assert ops.scan(lambda c, _: (c * 2, None), 1, length=5)[0].item() == 32


def test_maps_agree():
    pair = (jnp.arange(3.0), jnp.arange(3.0) + 1)
    expected = (pair[0] * pair[1]).tolist()
    assert ops.map(lambda v: v[0] * v[1], pair).tolist() == expected
    assert ops.vectorized_map(lambda v: v[0] * v[1], pair).tolist() == expected


def test_vectorized_function_with_a_signature():
    dot = ops.vectorize(lambda a, b: (a * b).sum(), signature="(n),(n)->()")
    assert dot([[1, 2], [3, 4]], [1, 1]).tolist() == [3, 7]


def test_vectorize_needs_a_function():
    with pytest.raises(TypeError, match="function"):
        ops.vectorize(3)


def test_directional_derivative_with_an_extra_result():
    value, derivative, extra = ops.jvp(lambda x: (x**2, "kept"), (3.0,), (1.0,), has_aux=True)
    assert (value.item(), derivative.item(), extra) == (9.0, 6.0, "kept")

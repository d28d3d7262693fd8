"""Run one case on Cornu and on Keras (JAX back end), and compare everything a user can see.

A case names its subject in one of two ways: by its public path, `"layers.Dense"` with a dict of
settings, or as a function of the module, `lambda keras: keras.layers.Dense(3)`. Both sides then run
the same code, since Cornu's public API mirrors Keras 3's.

    compare_function("ops.softmax", x, axis=-1)
    compare_function(lambda keras, y, p: keras.losses.MeanSquaredError()(y, p), y, p)
    compare_layer("layers.Dense", {"units": 3}, x)
    compare_layer(lambda keras: keras.layers.RNN(keras.layers.GRUCell(3)), x, training=True)
    compare_config("optimizers.Adam", {"learning_rate": 0.1})
"""

import json
import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

import cornu

if keras.backend.backend() != "jax":
    raise RuntimeError(
        f"The oracle is Keras on JAX, but Keras runs on {keras.backend.backend()!r}. "
        "Set KERAS_BACKEND=jax before Keras is imported; tests/conftest.py does."
    )

# Relative and absolute tolerance by the dtype of the result; the absolute one is scaled by the
# largest expected value, since the order of sums differs between formulations.
TOLERANCE = {"float64": 1e-6, "float32": 2e-5, "float16": 4e-3, "bfloat16": 3e-2}

Subject = str | Callable[..., Any]


def compare_function(
    function: Subject,
    *inputs: Any,
    gradients: bool = True,
    symbolic: bool = False,
    tolerance: float | None = None,
    **settings: Any,
) -> Any:
    """Compare a function's values, shapes, dtypes and gradients on both sides.

    Args:
        function: public path such as `"ops.softmax"`, or a callable that takes the module first,
            then the inputs and settings.
        *inputs: arrays, or nested structures of arrays and plain values.
        gradients: whether to compare the gradients of the sum of squares of the float results
            with respect to the float inputs.
        symbolic: whether to compare also the result of a call on symbolic tensors with an unknown
            batch size.
        tolerance: replaces the tolerance that the dtype gives.
        **settings: further arguments, passed on as they are.

    Returns:
        Cornu's result.
    """
    label = function if isinstance(function, str) else "function"

    def run(module: Any, values: tuple) -> Any:
        return _resolve(module, function)(*values, **settings)

    expected, result = run(keras, inputs), run(cornu, inputs)
    assert_same(result, expected, label, tolerance)
    if gradients and _float_leaves(inputs) and _float_leaves(expected):
        assert_same(
            _input_gradients(lambda values: run(cornu, values), inputs),
            _input_gradients(lambda values: run(keras, values), inputs),
            f"gradient of {label}",
            tolerance,
        )
    if symbolic:
        assert_same_spec(
            run(cornu, _symbolic(cornu, inputs)), run(keras, _symbolic(keras, inputs)), label
        )
    return result


def compare_layer(
    layer: Subject,
    *case: Any,
    training: bool = False,
    gradients: bool = True,
    symbolic: bool = True,
    tolerance: float | None = None,
    seed: int = 0,
    **call: Any,
) -> Any:
    """Compare a layer on both sides: weights, values, gradients, updates, specs and config.

    The layer is built on symbolic inputs with an unknown batch size, then Keras's weights, drawn
    at random, are set on both sides. Outputs, updated non-trainable weights, and gradients of the
    sum of squares of the float outputs (by trainable weights and by float inputs) come from
    `stateless_call` under `jax.jit`; Cornu's eager call must agree too.

    Args:
        layer: public path such as `"layers.Dense"`, or a callable from module to layer.
        *case: for a path, first the dict of constructor arguments; then the inputs of the call.
        training: passed to the call if True.
        gradients: whether to compare gradients.
        symbolic: whether the layer can be called on symbolic tensors; otherwise it is built by
            calling it on the inputs.
        tolerance: replaces the tolerance that the dtype gives.
        seed: of the random weights.
        **call: further arguments of the call, such as `mask` or `initial_state`.

    Returns:
        Cornu's layer, with the weights of the comparison.
    """
    label = layer if isinstance(layer, str) else "layer"
    make, inputs = _constructor(layer, case)
    if training:
        call = {**call, "training": True}
    theirs, ours = make(keras), make(cornu)
    assert_same_config(ours, theirs, label)

    shape_of = _symbolic if symbolic else lambda module, values: values
    spec = ours(*shape_of(cornu, inputs), **call)
    assert_same_spec(spec, theirs(*shape_of(keras, inputs), **call), label)
    _same_weights(ours, theirs, label, seed)

    expected = _run_stateless(theirs, inputs, call, gradients)
    result = _run_stateless(ours, inputs, call, gradients)
    for part, value in expected.items():
        assert_same(result[part], value, f"{part} of {label}", tolerance)

    assert_same(ours(*inputs, **call), expected["outputs"], f"eager call of {label}", tolerance)

    again = type(ours).from_config(ours.get_config())
    again(*shape_of(cornu, inputs), **call)
    again.set_weights(ours.get_weights())
    outputs = again(*inputs, **call)
    assert_same(outputs, expected["outputs"], f"{label} after from_config", tolerance)
    return ours


def compare_config(subject: Subject, settings: dict | None = None) -> dict:
    """Compare the configs of an object on both sides and its round trip through `from_config`.

    Args:
        subject: public path such as `"losses.Huber"`, or a callable from module to object.
        settings: constructor arguments, for a path.

    Returns:
        Cornu's config.
    """
    label = subject if isinstance(subject, str) else "object"
    make, _ = _constructor(subject, (settings or {},) if isinstance(subject, str) else ())
    ours, theirs = make(cornu), make(keras)
    assert_same_config(ours, theirs, label)
    again = type(ours).from_config(ours.get_config())
    assert_same_config(again, theirs, f"{label} after from_config")
    return ours.get_config()


def assert_same(result: Any, expected: Any, label: str, tolerance: float | None = None) -> None:
    """Assert equal structure, shapes and dtypes, and values within tolerance."""
    ours, ours_tree = jax.tree.flatten(_plain(result))
    theirs, theirs_tree = jax.tree.flatten(_plain(expected))
    assert ours_tree == theirs_tree, f"{label}: structure {ours_tree}, Keras has {theirs_tree}"
    for index, (a, b) in enumerate(zip(ours, theirs)):
        _assert_same_array(a, b, f"{label}, part {index}", tolerance)


def assert_same_spec(result: Any, expected: Any, label: str) -> None:
    """Assert equal shapes and dtypes of symbolic tensors."""
    ours, theirs = _specs(result), _specs(expected)
    assert ours == theirs, f"{label}: symbolic result {ours}, Keras has {theirs}"


def assert_same_config(ours: Any, theirs: Any, label: str) -> None:
    """Assert equal `get_config`, apart from the counters in automatic names."""
    result, expected = comparable_config(ours), comparable_config(theirs)
    assert result == expected, f"{label}: config differs from Keras's"


def comparable_config(owner: Any) -> Any:
    """Return the object's config as JSON values, without what differs from object to object."""
    return _comparable(json.loads(json.dumps(owner.get_config(), default=_json_value)))


def _resolve(module: Any, subject: Subject) -> Callable:
    if not isinstance(subject, str):
        return lambda *args, **settings: subject(module, *args, **settings)
    found = module
    for name in subject.split("."):
        found = getattr(found, name)
    return found


def _constructor(subject: Subject, case: tuple) -> tuple[Callable, tuple]:
    if not isinstance(subject, str):
        return subject, case
    settings, *inputs = case
    return lambda module: _resolve(module, subject)(**settings), tuple(inputs)


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | jax.Array)


def _is_float(value: Any) -> bool:
    return _is_array(value) and jnp.issubdtype(value.dtype, jnp.floating)


def _float_leaves(structure: Any) -> list:
    return [leaf for leaf in jax.tree.leaves(_plain(structure)) if _is_float(leaf)]


def _plain(structure: Any) -> Any:
    """Replace the variables of either side by their arrays."""
    return jax.tree.map(
        lambda leaf: leaf.value if _is_variable(leaf) else leaf, structure, is_leaf=_is_variable
    )


def _is_variable(leaf: Any) -> bool:
    return hasattr(leaf, "assign")


def _sum_of_squares(structure: Any) -> jax.Array:
    return sum(jnp.sum(jnp.square(leaf.astype("float32"))) for leaf in _float_leaves(structure))


def _input_gradients(run: Callable, inputs: tuple) -> list:
    leaves, tree = jax.tree.flatten(inputs)
    places = [i for i, leaf in enumerate(leaves) if _is_float(leaf)]

    def objective(floats: list) -> jax.Array:
        filled = list(leaves)
        for place, value in zip(places, floats):
            filled[place] = value
        return _sum_of_squares(run(jax.tree.unflatten(tree, filled)))

    return jax.grad(objective)([jnp.asarray(leaves[place]) for place in places])


def _symbolic(module: Any, inputs: Any) -> Any:
    return jax.tree.map(
        lambda x: module.KerasTensor((None, *x.shape[1:]), x.dtype.name) if _is_array(x) else x,
        inputs,
    )


def _specs(structure: Any) -> list:
    leaves = jax.tree.leaves(structure, is_leaf=_is_symbolic)
    return [(tuple(leaf.shape), str(leaf.dtype)) for leaf in leaves if _is_symbolic(leaf)]


def _is_symbolic(leaf: Any) -> bool:
    return type(leaf).__name__ == "KerasTensor"


def _same_weights(ours: Any, theirs: Any, label: str, seed: int) -> None:
    """Check that the weights correspond, and give both sides the same random values."""
    for kind in ("trainable_weights", "non_trainable_weights"):
        found, wanted = (
            [(w.name, tuple(w.shape), str(w.dtype)) for w in getattr(side, kind)]
            for side in (ours, theirs)
        )
        assert found == wanted, f"{label}: {kind} {found}, Keras has {wanted}"
    rng = np.random.default_rng(seed)
    trainable = {id(w) for w in theirs.trainable_weights}
    theirs.set_weights([_random_weight(w, id(w) in trainable, rng) for w in theirs.weights])
    ours.set_weights(theirs.get_weights())


def _random_weight(weight: Any, trainable: bool, rng: np.random.Generator) -> np.ndarray:
    value = np.asarray(weight.value)
    if not jnp.issubdtype(value.dtype, jnp.floating):
        return value
    if trainable:
        return rng.normal(scale=0.5, size=value.shape).astype(value.dtype)
    return rng.uniform(0.5, 1.5, size=value.shape).astype(value.dtype)  # variances stay positive


def _run_stateless(layer: Any, inputs: tuple, call: dict, gradients: bool) -> dict:
    leaves, tree = jax.tree.flatten(inputs)
    places = [i for i, leaf in enumerate(leaves) if _is_float(leaf)]
    state = [v.value for v in layer.non_trainable_variables]
    kept = {id(w) for w in layer.non_trainable_weights}  # leaves out states of seed generators
    updated = [i for i, v in enumerate(layer.non_trainable_variables) if id(v) in kept]

    def forward(trainable: list, floats: list) -> tuple:
        filled = list(leaves)
        for place, value in zip(places, floats):
            filled[place] = value
        outputs, new_state = layer.stateless_call(
            trainable, state, *jax.tree.unflatten(tree, filled), **call
        )
        results = {"outputs": _plain(outputs), "updates": [new_state[i] for i in updated]}
        return _sum_of_squares(results["outputs"]), results

    arguments = (
        [v.value for v in layer.trainable_variables],
        [jnp.asarray(leaves[place]) for place in places],
    )
    if not gradients:
        return jax.jit(forward)(*arguments)[1]
    differentiated = jax.jit(jax.grad(forward, argnums=(0, 1), has_aux=True))
    (by_weights, by_inputs), results = differentiated(*arguments)
    return {
        **results,
        "gradients by weights": by_weights,
        "gradients by inputs": by_inputs,
    }


def _assert_same_array(ours: Any, theirs: Any, label: str, tolerance: float | None) -> None:
    if not _is_array(theirs):
        assert ours == theirs, f"{label}: {ours!r}, Keras has {theirs!r}"
        return
    assert ours.shape == theirs.shape, f"{label}: shape {ours.shape}, Keras has {theirs.shape}"
    assert ours.dtype == theirs.dtype, f"{label}: dtype {ours.dtype}, Keras has {theirs.dtype}"
    if not _is_float(theirs):
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs), err_msg=label)
        return
    limit = tolerance if tolerance is not None else TOLERANCE[theirs.dtype.name]
    a, b = np.asarray(ours).astype("float64"), np.asarray(theirs).astype("float64")
    largest = np.max(np.abs(b[np.isfinite(b)]), initial=1.0)
    np.testing.assert_allclose(a, b, rtol=limit, atol=limit * largest, err_msg=label)


def _json_value(value: Any) -> Any:
    if _is_array(value):
        return np.asarray(value).tolist()
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if callable(value):
        return value.__name__
    raise TypeError(f"get_config holds {value!r}, which has no JSON form.")


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: re.sub(r"_\d+$", "", item)
            if key == "name" and isinstance(item, str)
            else _comparable(item)
            for key, item in value.items()
            if key != "shared_object_id"
        }
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    return value

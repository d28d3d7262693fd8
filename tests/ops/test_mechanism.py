import jax
import jax.numpy as jnp
import numpy as np

from cornu import ops
from cornu.ops.op import REGISTRY, Op, OpCall, as_array, as_float, op, unwrap
from cornu.ops.symbolic import KerasTensor, infer_output

X = KerasTensor((None, 4))


def test_function_runs_at_once_on_lists_numbers_and_arrays():
    assert ops.add([1, 2], 3).tolist() == [4, 5]
    assert ops.add(np.array([1, 2]), jnp.array([3, 4])).tolist() == [4, 6]


def test_settings_have_their_defaults_in_the_config():
    config = ops.sum(X, axis=1)._keras_history.operation.get_config()
    assert {k: v for k, v in config.items() if k != "name"} == {"axis": 1, "keepdims": False}


def test_dtype_in_a_config_is_a_name():
    assert ops.cast(X, jnp.int32)._keras_history.operation.get_config()["dtype"] == "int32"


def test_symbolic_setting_becomes_an_argument():
    low = KerasTensor(())
    node = ops.clip(X, low, 1.0)._keras_history.operation._inbound_nodes[0]
    assert node.kwargs == {"x_min": low}
    assert node.operation(jnp.array([-1.0, 5.0]), x_min=0.0).tolist() == [0.0, 1.0]


def test_variadic_operation_runs_from_its_node():
    node = ops.einsum("ij,ij->i", X, X)._keras_history.operation._inbound_nodes[0]
    assert node.operation(jnp.ones((2, 4)), jnp.ones((2, 4))).tolist() == [4.0, 4.0]


def test_keyword_only_setting_of_a_variadic_operation():
    x, y = KerasTensor((2,)), KerasTensor((3,))
    node = ops.meshgrid(x, y, indexing="ij")[0]._keras_history.operation._inbound_nodes[0]
    assert node.operation(jnp.ones(2), jnp.ones(3))[0].shape == (2, 3)


def test_operands_after_tensors_keep_their_order():
    index = KerasTensor((), "int32")
    result = ops.switch(index, [lambda x: x, lambda x: -x], X)
    node = result._keras_history.operation._inbound_nodes[0]
    assert node.args[0] is index and node.args[2] is X


def test_named_axes_are_arguments_of_the_call():
    node = ops.rearrange(X, "b (h w) -> b h w", h=2)._keras_history.operation._inbound_nodes[0]
    assert node.kwargs == {"h": 2}
    assert node.operation(*node.fill({id(X): jnp.ones((3, 4))})[0], h=2).shape == (3, 2, 2)


def test_call_made_from_a_config_computes_the_same():
    config = ops.top_k(X, 2)[0]._keras_history.operation.get_config()
    name = config.pop("name")
    again = OpCall(REGISTRY["top_k"], config, name=name)
    assert again(jnp.array([[1.0, 3.0, 2.0]]))[1].tolist() == [[1, 2]]


def test_shared_tensors_in_a_list_are_parents():
    y = KerasTensor((None, 4))
    node = ops.concatenate([X, y], axis=1)._keras_history.operation._inbound_nodes[0]
    assert node.inputs[0] is X and node.inputs[1] is y


def test_new_operation_takes_part_in_graphs():
    @op(name="test_double", tensors=("value",))
    def double(value, times=2):
        return as_array(value) * times

    assert double([1, 2]).tolist() == [2, 4]
    assert double(X).shape == (None, 4)
    assert isinstance(REGISTRY.pop("test_double"), Op)


def test_as_float_makes_integers_floats_only():
    assert as_float([1]).dtype == "float32"
    assert as_float(jnp.ones(1, "bfloat16")).dtype == "bfloat16"


def test_unwrap_reaches_into_structures():
    class Holder:
        def __jax_array__(self):
            return jnp.ones(2)

    found = unwrap({"a": [Holder(), 1], "b": (Holder(),)})
    assert isinstance(found["a"][0], jax.Array) and isinstance(found["b"][0], jax.Array)


def test_python_values_pass_through_inference():
    result = infer_output(lambda x: {"shape": x.shape[1], "sum": x.sum(axis=0)}, X)
    assert result["shape"] == 4 and result["sum"].shape == (4,)


def test_operations_can_be_compiled():
    assert jax.jit(lambda x: ops.mean(ops.square(x)))(jnp.array([1.0, 3.0])).item() == 5.0

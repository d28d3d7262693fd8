import jax.numpy as jnp
import numpy as np
import pytest

from cornu import ops
from cornu.ops.operators import attach_operators
from cornu.ops.symbolic import KerasTensor

X = KerasTensor((None, 4))
I = KerasTensor((None, 4), "int32")

OPERATIONS = {
    "add": lambda x: x + 1,
    "subtract": lambda x: 1 - x,
    "multiply": lambda x: 2 * x,
    "divide": lambda x: x / 2,
    "floor_divide": lambda x: x // 2,
    "mod": lambda x: x % 2,
    "power": lambda x: x**2,
    "matmul": lambda x: x @ np.ones((4, 4), "float32"),
    "negative": lambda x: -x,
    "absolute": lambda x: abs(x),
    "equal": lambda x: x == 1,
    "not_equal": lambda x: x != 1,
    "greater": lambda x: x > 1,
    "greater_equal": lambda x: x >= 1,
    "less": lambda x: x < 1,
    "less_equal": lambda x: x <= 1,
    "logical_and": lambda x: (x > 0) & (x < 1),
    "logical_or": lambda x: (x > 0) | (x < 1),
    "logical_xor": lambda x: (x > 0) ^ (x < 1),
    "logical_not": lambda x: ~(x > 0),
    "get_item": lambda x: x[:, 1:],
    "round": lambda x: round(x, 1),
    "reshape": lambda x: x.reshape((-1, 2, 2)),
    "squeeze": lambda x: x.squeeze(),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operator_records_the_operation_of_its_name(name):
    assert OPERATIONS[name](X)._keras_history.operation.op.name == name


@pytest.mark.parametrize("name", OPERATIONS)
def test_node_computes_what_the_operator_means(name):
    operation = OPERATIONS[name](X)._keras_history.operation
    values = jnp.linspace(-2.0, 2.0, 12).reshape(3, 4)
    node = operation._inbound_nodes[0]
    args, kwargs = node.fill({id(tensor): values for tensor in node.inputs})
    assert name in BOOLEAN or np.allclose(operation(*args, **kwargs), CONCRETE[name](values))


BOOLEAN = ("logical_and", "logical_or", "logical_xor", "logical_not")
CONCRETE = {**OPERATIONS, "matmul": lambda x: x @ jnp.ones((4, 4))}


def test_reversed_operators_keep_the_order():
    assert (1 - X)._keras_history.operation._inbound_nodes[0].args[0] == 1
    assert (2**X).shape == (None, 4)
    assert (7 % I).dtype == "int32"
    assert (7 // I).dtype == "int32"


def test_numpy_array_on_the_left_gives_a_symbolic_tensor():
    assert (np.ones(4, "float32") * X).shape == (None, 4)


def test_jax_array_on_the_left_gives_a_symbolic_tensor():
    assert (jnp.ones(4) * X).shape == (None, 4)


def test_comparison_with_none_asks_for_identity():
    assert (X == None) is False  # noqa: E711
    assert (X != None) is True  # noqa: E711


def test_symbolic_tensors_can_be_keys():
    assert {X: 1}[X] == 1


def test_operators_of_another_class_work_on_its_value():
    @attach_operators
    class Boxed:
        def __init__(self, value):
            self.value = jnp.asarray(value)

        def __jax_array__(self):
            return self.value

    box = Boxed([1.0, 2.0])
    assert (box + 1).tolist() == [2.0, 3.0]
    assert (1 - box).tolist() == [0.0, -1.0]
    assert (box > 1).tolist() == [False, True]
    assert box[1].item() == 2.0
    assert (box * box).tolist() == [1.0, 4.0]
    assert ops.sum(box).item() == 3.0
    assert ops.stack([box, box]).shape == (2, 2)


@pytest.mark.parametrize("use", [bool, float, int, list, np.asarray])
def test_values_of_symbolic_tensors_are_refused_to_python_and_numpy(use):
    with pytest.raises(TypeError, match="symbolic") as as_python_does:
        use(X)
    assert isinstance(as_python_does.value, ValueError)

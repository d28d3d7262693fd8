"""The activation functions under the signatures that layers use."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.core import registry
from cornu.ops import nn
from cornu.ops.op import as_array, as_float, op

celu = nn.celu
elu = nn.elu
glu = nn.glu
hard_shrink = nn.hard_shrink
hard_sigmoid = nn.hard_sigmoid
hard_silu = nn.hard_silu
hard_swish = nn.hard_silu
hard_tanh = nn.hard_tanh
leaky_relu = nn.leaky_relu
log_sigmoid = nn.log_sigmoid
log_softmax = nn.log_softmax
relu6 = nn.relu6
selu = nn.selu
sigmoid = nn.sigmoid
silu = nn.silu
soft_shrink = nn.soft_shrink
softmax = nn.softmax
softplus = nn.softplus
softsign = nn.softsign
sparse_plus = nn.sparse_plus
sparse_sigmoid = nn.sparse_sigmoid
sparsemax = nn.sparsemax
squareplus = nn.squareplus
swish = nn.silu
tanh_shrink = nn.tanh_shrink
threshold = nn.threshold


@op(name="re_lu")
def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> jax.Array:
    """Rectifier: `x` above `threshold`, `negative_slope * (x - threshold)` below it.

    Args:
        x: tensor of any shape.
        negative_slope: slope below the threshold.
        max_value: upper limit of the result; None for no limit.
        threshold: where the function starts to be `x`.

    Returns:
        Tensor of the shape of `x`.

    >>> keras.activations.relu([-1.0, 2.0, 9.0], max_value=6).tolist()
    [0.0, 2.0, 6.0]
    """
    if negative_slope == 0.0 and max_value is None and threshold == 0:
        return nn.relu(x)
    x = as_float(x) if negative_slope or threshold else as_array(x)
    above = jnp.where(x > threshold, x, jnp.zeros_like(x))
    if max_value is not None:
        above = jnp.clip(above, 0, jnp.asarray(max_value, x.dtype))
    if negative_slope == 0.0:
        return above
    return jnp.where(x > threshold, above, negative_slope * (x - threshold))


def gelu(x: Any, approximate: bool = False) -> jax.Array:
    """`x * P(X <= x)` for a standard normal X; exact unless asked otherwise.

    Args:
        x: tensor of any shape.
        approximate: use the tanh approximation instead of the error function.

    References:
        Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415

    >>> round(keras.activations.gelu(1.0).item(), 4)
    0.8413
    """
    return nn.gelu(x, approximate=approximate)


def linear(x: Any) -> Any:
    """`x` itself.

    Args:
        x: tensor of any shape.

    >>> keras.activations.linear(3.0)
    3.0
    """
    return x


def tanh(x: Any) -> jax.Array:
    """Hyperbolic tangent.

    Args:
        x: tensor of any shape.

    >>> keras.activations.tanh(0.0).item()
    0.0
    """
    return ops.tanh(x)


def exponential(x: Any) -> jax.Array:
    """`exp(x)`.

    Args:
        x: tensor of any shape.

    >>> keras.activations.exponential(0.0).item()
    1.0
    """
    return ops.exp(x)


def mish(x: Any) -> jax.Array:
    """`x * tanh(softplus(x))`.

    Args:
        x: tensor of any shape.

    References:
        Misra, 2019, https://arxiv.org/abs/1908.08681

    >>> round(keras.activations.mish(1.0).item(), 4)
    0.8651
    """
    return ops.multiply(x, ops.tanh(ops.softplus(x)))


NAMES = (
    "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear "
    "log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus "
    "softsign sparse_plus sparse_sigmoid sparsemax squareplus tanh tanh_shrink threshold"
).split()
FUNCTIONS = {name: globals()[name] for name in NAMES}
BY_NAME = {**FUNCTIONS, "swish": silu, "hard_swish": hard_silu}

registry.publish("keras.activations", BY_NAME)


PROBABILITIES = frozenset({softmax, sigmoid})
# Activations whose values leave the range from 0 to 1.
BEYOND_PROBABILITIES = frozenset(
    {
        linear,
        relu,
        relu6,
        leaky_relu,
        elu,
        selu,
        celu,
        gelu,
        silu,
        mish,
        tanh,
        softplus,
        softsign,
        exponential,
    }
)

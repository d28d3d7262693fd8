"""Elementwise activation functions; softmax and its kin are in `softmax.py`.

Integer inputs become the default float type first, except where the result of an integer is one.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.nn.origin import remember
from cornu.ops.op import as_array, as_float, op


@op
def relu(x: Any) -> jax.Array:
    """`max(x, 0)`; the gradient at 0 is 0.

    Args:
        x: tensor of any shape; integers stay integers.

    Returns:
        Tensor of the shape of `x`.

    >>> keras.ops.relu([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    x = as_array(x)
    return jax.nn.relu(x.astype("int32") if x.dtype == bool else x)


@op
def relu6(x: Any) -> jax.Array:
    """`min(max(x, 0), 6)`.

    Args:
        x: tensor of any shape.

    >>> keras.ops.relu6([-1.0, 2.0, 9.0]).tolist()
    [0.0, 2.0, 6.0]
    """
    return jax.nn.relu6(as_float(x))


@op
def sigmoid(x: Any) -> jax.Array:
    """`1 / (1 + exp(-x))`.

    Args:
        x: tensor of any shape.

    >>> keras.ops.sigmoid(0.0).item()
    0.5
    """
    x = as_float(x)
    probabilities = jax.nn.sigmoid(x)
    remember(probabilities, x)
    return probabilities


@op
def sparse_sigmoid(x: Any) -> jax.Array:
    """Piecewise linear sigmoid: 0 up to -1, 1 from 1 on, `(x + 1) / 2` between.

    Args:
        x: tensor of any shape.

    >>> keras.ops.sparse_sigmoid([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return jax.nn.sparse_sigmoid(as_float(x))


@op
def softplus(x: Any) -> jax.Array:
    """`log(1 + exp(x))`, computed so that no `exp` overflows.

    Args:
        x: tensor of any shape.

    >>> keras.ops.softplus(100.0).item()
    100.0
    """
    return jax.nn.softplus(as_float(x))


@op
def softsign(x: Any) -> jax.Array:
    """`x / (1 + abs(x))`.

    Args:
        x: tensor of any shape.

    >>> keras.ops.softsign([-1.0, 3.0]).tolist()
    [-0.5, 0.75]
    """
    return jax.nn.soft_sign(as_float(x))


@op
def silu(x: Any) -> jax.Array:
    """`x * sigmoid(x)`, also called swish.

    Args:
        x: tensor of any shape.

    References:
        Ramachandran et al., 2017, https://arxiv.org/abs/1710.05941

    >>> round(keras.ops.silu(-1.0).item(), 3)
    -0.269
    """
    return jax.nn.silu(as_float(x))


swish = silu


@op(tensors=("x",))
def squareplus(x: Any, b: float = 4) -> jax.Array:
    """`(x + sqrt(x² + b)) / 2`, a softplus without exponentials.

    Args:
        x: tensor of any shape.
        b: smoothness, a positive number.

    >>> keras.ops.squareplus(0.0).item()
    1.0
    """
    x = as_float(x)
    return jax.nn.squareplus(x, jnp.asarray(b, x.dtype))


@op
def log_sigmoid(x: Any) -> jax.Array:
    """`log(sigmoid(x))`, computed as `-softplus(-x)` so that no logarithm of 0 is taken.

    Args:
        x: tensor of any shape.

    >>> keras.ops.log_sigmoid(-200.0).item()
    -200.0
    """
    return jax.nn.log_sigmoid(as_float(x))


@op
def leaky_relu(x: Any, negative_slope: float = 0.2) -> jax.Array:
    """`x` where positive, `negative_slope * x` elsewhere.

    Args:
        x: tensor of any shape.
        negative_slope: slope below 0.

    >>> keras.ops.leaky_relu([-1.0, 2.0], negative_slope=0.5).tolist()
    [-0.5, 2.0]
    """
    return jax.nn.leaky_relu(as_float(x), negative_slope)


@op
def hard_sigmoid(x: Any) -> jax.Array:
    """`relu6(x + 3) / 6`, a cheap piecewise linear sigmoid.

    Args:
        x: tensor of any shape.

    >>> keras.ops.hard_sigmoid([-3.0, 0.0, 3.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return jax.nn.hard_sigmoid(as_float(x))


@op
def hard_silu(x: Any) -> jax.Array:
    """`x * hard_sigmoid(x)`, also called hard swish.

    Args:
        x: tensor of any shape.

    References:
        Howard et al., 2019, https://arxiv.org/abs/1905.02244

    >>> keras.ops.hard_silu([1.0, 3.0, 5.0]).round(4).tolist()[1:]
    [3.0, 5.0]
    """
    return jax.nn.hard_silu(as_float(x))


hard_swish = hard_silu


@op
def hard_tanh(x: Any) -> jax.Array:
    """`x` clipped to [-1, 1].

    Args:
        x: tensor of any shape.

    >>> keras.ops.hard_tanh([-2.0, 0.5, 2.0]).tolist()
    [-1.0, 0.5, 1.0]
    """
    x = as_array(x)
    return jax.nn.hard_tanh(x.astype("int32") if x.dtype == bool else x)


@op
def elu(x: Any, alpha: float = 1.0) -> jax.Array:
    """`x` where positive, `alpha * (exp(x) - 1)` elsewhere.

    Args:
        x: tensor of any shape.
        alpha: the negative limit is `-alpha`.

    References:
        Clevert et al., 2016, https://arxiv.org/abs/1511.07289

    >>> keras.ops.elu([0.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return jax.nn.elu(as_float(x), alpha)


@op
def selu(x: Any) -> jax.Array:
    """Scaled ELU with the constants that keep mean 0 and variance 1 from layer to layer.

    Args:
        x: tensor of any shape.

    References:
        Klambauer et al., 2017, https://arxiv.org/abs/1706.02515

    >>> round(keras.ops.selu(1.0).item(), 4)
    1.0507
    """
    return jax.nn.selu(as_float(x))


@op
def celu(x: Any, alpha: float = 1.0) -> jax.Array:
    """`max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)`, an ELU with a continuous slope.

    Args:
        x: tensor of any shape.
        alpha: the negative limit is `-alpha`.

    References:
        Barron, 2017, https://arxiv.org/abs/1704.07483

    >>> keras.ops.celu([0.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return jax.nn.celu(as_float(x), alpha)


@op
def gelu(x: Any, approximate: bool = True) -> jax.Array:
    """`x * P(X <= x)` for a standard normal X.

    Args:
        x: tensor of any shape.
        approximate: use the tanh approximation instead of the error function.

    References:
        Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415

    >>> round(keras.ops.gelu(1.0, approximate=False).item(), 4)
    0.8413
    """
    x = as_float(x)
    # The cube of 41 overflows float16.
    wide = x.astype(jnp.promote_types(x.dtype, "float32"))
    return jax.nn.gelu(wide, approximate).astype(x.dtype)


@op
def glu(x: Any, axis: int = -1) -> jax.Array:
    """Gated linear unit: the first half of `axis` times the sigmoid of the second half.

    Args:
        x: tensor whose size along `axis` is even.
        axis: the axis to halve.

    Returns:
        Tensor with half the size along `axis`.

    References:
        Dauphin et al., 2017, https://arxiv.org/abs/1612.08083

    >>> keras.ops.glu([4.0, 0.0]).tolist()
    [2.0]
    """
    x = as_float(x)
    if x.shape[axis] % 2:
        raise ValueError(
            f"glu halves axis {axis}, so its size must be even; got shape {tuple(x.shape)}. "
            "Choose another axis or make the layer before it wider by one."
        )
    return jax.nn.glu(x, axis)


@op
def tanh_shrink(x: Any) -> jax.Array:
    """`x - tanh(x)`.

    Args:
        x: tensor of any shape.

    >>> keras.ops.tanh_shrink(0.0).item()
    0.0
    """
    x = as_float(x)
    return x - jnp.tanh(x)


@op
def soft_shrink(x: Any, threshold: float = 0.5) -> jax.Array:
    """`x` moved towards 0 by `threshold`, and 0 within that distance of 0.

    Args:
        x: tensor of any shape.
        threshold: half the width of the band that becomes 0.

    >>> keras.ops.soft_shrink([-1.0, 0.25, 2.0]).tolist()
    [-0.5, 0.0, 1.5]
    """
    x = as_float(x)
    shrunk = jnp.where(x < -threshold, x + threshold, jnp.zeros_like(x))
    return jnp.where(x > threshold, x - threshold, shrunk)


@op
def hard_shrink(x: Any, threshold: float = 0.5) -> jax.Array:
    """`x`, but 0 where its absolute value is at most `threshold`.

    Args:
        x: tensor of any shape.
        threshold: half the width of the band that becomes 0.

    >>> keras.ops.hard_shrink([-1.0, 0.25, 2.0]).tolist()
    [-1.0, 0.0, 2.0]
    """
    x = as_float(x)
    return jnp.where(jnp.abs(x) > threshold, x, jnp.zeros_like(x))


@op
def threshold(x: Any, threshold: float, default_value: float) -> jax.Array:
    """`x` where it exceeds `threshold`, `default_value` elsewhere.

    Args:
        x: tensor of any shape.
        threshold: the value to exceed.
        default_value: what stands in for the values that do not.

    >>> keras.ops.threshold([-1.0, 2.0], 0.0, 7.0).tolist()
    [7.0, 2.0]
    """
    x = as_float(x)
    return jnp.where(x > threshold, x, jnp.asarray(default_value, x.dtype))


@op
def sparse_plus(x: Any) -> jax.Array:
    """0 up to -1, `x` from 1 on, `(x + 1)² / 4` between.

    Args:
        x: tensor of any shape.

    >>> keras.ops.sparse_plus([-2.0, 1.0, 3.0]).tolist()
    [0.0, 1.0, 3.0]
    """
    return jax.nn.sparse_plus(as_float(x))

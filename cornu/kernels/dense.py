"""Matrix product over the last axis, as one two-dimensional product."""

from jax import Array, lax


def dense(x: Array, kernel: Array) -> Array:
    """Multiply the last axis of x by a matrix.

    The leading axes are flattened first: XLA:CPU runs the gradient of a product with several
    leading axes at half the speed of the two-dimensional one.

    Args:
        x: array of shape (..., features).
        kernel: array of shape (features, units), of the same dtype.

    Returns:
        Array of shape (..., units).

    >>> import jax.numpy as jnp
    >>> dense(jnp.ones((2, 3, 4)), jnp.ones((4, 5))).shape
    (2, 3, 5)
    """
    units = kernel.shape[-1]
    flat = lax.reshape(x, (_product(x.shape[:-1]), x.shape[-1]))
    return lax.reshape(lax.dot(flat, kernel), (*x.shape[:-1], units))


def dense_reference(x: Array, kernel: Array) -> Array:
    """Plain definition of `dense`."""
    return lax.dot_general(x, kernel, (((x.ndim - 1,), (0,)), ((), ())))


def _product(sizes: tuple) -> int:
    size = 1
    for each in sizes:
        size = size * each
    return size

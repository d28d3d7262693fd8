"""Matrix product over the last axis, as one two-dimensional product."""

from functools import partial
from math import prod

import jax
from jax import Array, lax


@jax.jit
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
    features, units = kernel.shape
    rows = prod(x.shape[:-1])
    flat = lax.reshape(x, (rows, features))
    # The product of a tall matrix's transpose with a narrow one is up to three times slower on a
    # CPU than that of the narrow one's transpose with the tall one. That is the gradient of the
    # kernel; it comes about in the faster form if the kernel takes part transposed.
    many_rows = isinstance(rows, int) and rows >= 256  # rows may be symbolic in an export
    if features >= 2 * units and (many_rows or units <= 32):
        product = lax.dot_general(flat, _transposed(kernel), (((1,), (1,)), ((), ())))
    else:
        product = lax.dot(flat, kernel)
    return lax.reshape(product, (*x.shape[:-1], units))


def transposed_product(a: Array, b: Array) -> Array:
    """Multiply the transpose of a (rows, m) with b (rows, n), the narrow one first."""
    if a.shape[1] >= 2 * b.shape[1]:
        return lax.optimization_barrier(b.T @ a).T
    return a.T @ b


def _transposed(kernel: Array) -> Array:
    def held(kernel: Array) -> Array:
        # Without the barrier XLA folds the transposition into the product again.
        return lax.optimization_barrier(kernel.T)

    return lax.platform_dependent(
        kernel, cpu=held, default=partial(lax.transpose, permutation=(1, 0))
    )


def dense_reference(x: Array, kernel: Array) -> Array:
    """Plain definition of `dense`."""
    return lax.dot_general(x, kernel, (((x.ndim - 1,), (0,)), ((), ())))

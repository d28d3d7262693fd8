"""Matrix product over the last axis, as one two-dimensional product."""

from functools import partial
from math import prod

import jax
from jax import Array, lax

from cornu.kernels.platforms import is_stock_only


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
    narrowing = _is_narrowing(prod(x.shape[:-1]), *kernel.shape)
    return _dense(x, kernel, narrowing and not is_stock_only())


def _is_narrowing(rows: int, features: int, units: int) -> bool:
    """Whether it pays to transpose the kernel first, see `_dense`: measured for many shapes."""
    if features < 2 * units:
        return False
    many_rows = isinstance(rows, int) and rows >= 2048  # rows may be symbolic in an export
    return units <= 32 or (many_rows and features * units <= 2**17)


@partial(jax.jit, static_argnums=2)
def _dense(x: Array, kernel: Array, narrowing: bool) -> Array:
    features, units = kernel.shape
    flat = lax.reshape(x, (prod(x.shape[:-1]), features))
    # The product of a wide matrix's transpose with a narrow one is up to twice as slow on a CPU as
    # that of the narrow one's transpose with the wide one. That product is the gradient of the
    # kernel; it comes about in the faster form if the kernel takes part transposed.
    if narrowing:
        product = lax.dot_general(flat, _transposed(kernel), (((1,), (1,)), ((), ())))
    else:
        product = lax.dot(flat, kernel)
    return lax.reshape(product, (*x.shape[:-1], units))


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


def transposed_product(a: Array, b: Array) -> Array:
    """Multiply the transpose of a (rows, m) with b (rows, n), the narrow one first."""
    if a.shape[1] >= 2 * b.shape[1]:
        return lax.optimization_barrier(b.T @ a).T
    return a.T @ b

"""Decompositions, inverses, solutions and norms of matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_float, op, unwrap


@op
def cholesky(x: TensorLike, upper: bool = False) -> jax.Array:
    """The triangular matrix `L` with `L @ L.T` equal to a positive definite matrix.

    Args:
        x: tensor of shape (..., n, n).
        upper: whether to return the upper triangle (`U.T @ U`) instead of the lower.

    >>> keras.ops.cholesky([[4.0, 0.0], [0.0, 9.0]]).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    factor = jnp.linalg.cholesky(as_float(x), upper=upper)
    if not isinstance(factor, jax.core.Tracer) and bool(jnp.any(jnp.isnan(factor))):
        raise ValueError(
            f"cholesky got a matrix that is not positive definite, of shape {factor.shape}. "
            "Adding a small multiple of the identity matrix often helps."
        )
    return factor


@op
def cholesky_inverse(x: TensorLike, upper: bool = False) -> jax.Array:
    """The inverse of a positive definite matrix, from its Cholesky factor.

    Args:
        x: factor, a tensor of shape (..., n, n).
        upper: whether the factor is an upper triangle.

    >>> keras.ops.cholesky_inverse([[2.0, 0.0], [0.0, 4.0]]).tolist()
    [[0.25, 0.0], [0.0, 0.0625]]
    """
    factor = as_float(x)
    identity = jnp.broadcast_to(jnp.eye(factor.shape[-1], dtype=factor.dtype), factor.shape)
    inverse = jax.scipy.linalg.solve_triangular(factor, identity, lower=not upper)
    flipped = jnp.swapaxes(inverse, -1, -2)
    return inverse @ flipped if upper else flipped @ inverse


@op
def det(x: TensorLike) -> jax.Array:
    """Determinant.

    Args:
        x: tensor of shape (..., n, n).

    Returns:
        Tensor of shape (...).

    >>> keras.ops.det([[2.0, 0.0], [0.0, 3.0]]).item()
    6.0
    """
    return jnp.linalg.det(as_float(x))


@op
def slogdet(x: TensorLike) -> tuple[jax.Array, jax.Array]:
    """Sign of the determinant and logarithm of its absolute value.

    Args:
        x: tensor of shape (..., n, n).

    Returns:
        Pair of tensors of shape (...).

    >>> keras.ops.slogdet([[1.0, 0.0], [0.0, 1.0]])[0].item()
    1.0
    """
    return tuple(jnp.linalg.slogdet(as_float(x)))


@op
def logdet(x: TensorLike) -> jax.Array:
    """Logarithm of the determinant's absolute value.

    Args:
        x: tensor of shape (..., n, n).

    Returns:
        Tensor of shape (...).

    >>> keras.ops.logdet([[1.0, 0.0], [0.0, 1.0]]).item()
    0.0
    """
    return jnp.linalg.slogdet(as_float(x))[1]


@op
def eig(x: TensorLike) -> tuple[jax.Array, jax.Array]:
    """Eigenvalues and eigenvectors; on the CPU only.

    Args:
        x: tensor of shape (..., n, n).

    Returns:
        Complex eigenvalues (..., n) and eigenvectors (..., n, n), one in each column.

    >>> keras.ops.eig([[2.0, 0.0], [0.0, 2.0]])[0].shape
    (2,)
    """
    return tuple(jnp.linalg.eig(as_float(x)))


@op
def eigh(x: TensorLike) -> tuple[jax.Array, jax.Array]:
    """Eigenvalues, in ascending order, and eigenvectors of a symmetric (Hermitian) matrix.

    Args:
        x: tensor of shape (..., n, n).

    Returns:
        Real eigenvalues (..., n) and eigenvectors (..., n, n), one in each column.

    >>> keras.ops.eigh([[2.0, 0.0], [0.0, 3.0]])[0].tolist()
    [2.0, 3.0]
    """
    return tuple(jnp.linalg.eigh(as_float(x)))


@op
def inv(x: TensorLike) -> jax.Array:
    """Inverse of a matrix.

    Args:
        x: tensor of shape (..., n, n).

    >>> keras.ops.inv([[2.0, 0.0], [0.0, 4.0]]).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return jnp.linalg.inv(as_float(x))


@op
def pinv(x: TensorLike, rcond: float | None = None) -> jax.Array:
    """Pseudo-inverse (Moore-Penrose).

    Args:
        x: tensor of shape (..., m, n).
        rcond: singular values below this part of the largest count as 0; chosen by dtype and
            size for None.

    Returns:
        Tensor of shape (..., n, m).

    >>> keras.ops.pinv([[2.0], [0.0]]).shape
    (1, 2)
    """
    return jnp.linalg.pinv(as_float(x), rcond)


@op
def matrix_rank(x: TensorLike, tol: float | None = None) -> jax.Array:
    """Number of singular values that are not 0.

    Args:
        x: tensor of shape (..., m, n).
        tol: singular values below this part of the largest count as 0; by dtype and size for None.

    Returns:
        Integer tensor of shape (...).

    >>> keras.ops.matrix_rank([[1.0, 2.0], [2.0, 4.0]]).item()
    1
    """
    return jnp.linalg.matrix_rank(as_float(x), tol)


@op
def lu_factor(x: TensorLike) -> tuple[jax.Array, jax.Array]:
    """LU decomposition with exchanged rows, packed into one matrix.

    Args:
        x: tensor of shape (..., n, n).

    Returns:
        `L` (below the diagonal, ones on it) and `U` in one tensor (..., n, n), and for each row
        which row it was exchanged with (..., n).

    >>> keras.ops.lu_factor([[2.0, 0.0], [0.0, 3.0]])[1].tolist()
    [0, 1]
    """
    return tuple(jax.scipy.linalg.lu_factor(as_float(x)))


@op
def qr(x: TensorLike, mode: str = "reduced") -> tuple[jax.Array, jax.Array]:
    """A matrix as a product of an orthogonal and an upper triangular one.

    Args:
        x: tensor of shape (..., m, n).
        mode: `"reduced"` (k = min(m, n)) or `"complete"` (k = m).

    Returns:
        `Q` of shape (..., m, k) and `R` of shape (..., k, n).

    >>> keras.ops.qr([[2.0, 0.0], [0.0, 3.0]])[0].shape
    (2, 2)
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"qr takes mode 'reduced' or 'complete'; got {mode!r}.")
    return tuple(jnp.linalg.qr(as_float(x), mode))


@op
def svd(x: TensorLike, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Singular value decomposition, `x = U @ diag(s) @ V`.

    Args:
        x: tensor of shape (..., m, n).
        full_matrices: whether `U` and `V` are square.
        compute_uv: whether to return `U` and `V` too.

    Returns:
        `U`, `s` (..., min(m, n)) in descending order, and `V`; or `s` alone.

    >>> keras.ops.svd([[2.0, 0.0], [0.0, 3.0]])[1].tolist()
    [3.0, 2.0]
    """
    result = jnp.linalg.svd(as_float(x), full_matrices, compute_uv)
    return tuple(result) if compute_uv else result


@op
def solve(a: TensorLike, b: TensorLike) -> jax.Array:
    """The `x` with `a @ x = b`.

    Args:
        a: tensor of shape (..., n, n).
        b: tensor of shape (n,) or (..., n, m).

    Returns:
        Tensor of the shape of `b`.

    >>> keras.ops.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 8.0]).tolist()
    [1.0, 2.0]
    """
    return jnp.linalg.solve(as_float(a), as_float(b))


@op
def solve_triangular(a: TensorLike, b: TensorLike, lower: bool = False) -> jax.Array:
    """The `x` with `a @ x = b` for a triangular `a`.

    Args:
        a: tensor of shape (..., n, n); its other triangle is not read.
        b: tensor of shape (..., n) or (..., n, m).
        lower: whether `a` is a lower triangle.

    Returns:
        Tensor of the shape of `b`.

    >>> keras.ops.solve_triangular([[2.0, 0.0], [0.0, 4.0]], [2.0, 8.0]).tolist()
    [1.0, 2.0]
    """
    a, b = as_float(a), as_float(b)
    if b.ndim == a.ndim - 1:
        return jax.scipy.linalg.solve_triangular(a, b[..., None], lower=lower)[..., 0]
    return jax.scipy.linalg.solve_triangular(a, b, lower=lower)


@op
def lstsq(a: TensorLike, b: TensorLike, rcond: float | None = None) -> jax.Array:
    """The `x` that makes `|a @ x - b|` smallest.

    Args:
        a: tensor of shape (m, n).
        b: tensor of shape (m,) or (m, k).
        rcond: singular values below this part of the largest count as 0; chosen by dtype and
            size for None.

    Returns:
        Tensor of shape (n,) or (n, k).

    >>> keras.ops.lstsq([[1.0], [1.0]], [1.0, 3.0]).shape
    (1,)
    """
    return jnp.linalg.lstsq(as_float(a), as_float(b), rcond)[0]


@op
def norm(
    x: TensorLike,
    ord: Any = None,
    axis: int | tuple[int, int] | None = None,
    keepdims: bool = False,
) -> jax.Array:
    """Norm of vectors or matrices.

    Args:
        x: tensor of any shape.
        ord: which norm: a number, `inf`, `"fro"` or `"nuc"`; Euclidean (Frobenius) for None.
        axis: one axis for vectors, two for matrices; the flattened tensor for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.norm([3.0, 4.0]).item()
    5.0
    """
    return jnp.linalg.norm(as_float(x), ord, axis, keepdims)


def jvp(fun: Callable, primals: Any, tangents: Any, has_aux: bool = False) -> tuple:
    """A function's value and its derivative in a direction (Jacobian-vector product).

    Args:
        fun: function of tensors.
        primals: tuple of its arguments.
        tangents: tuple of the directions, one for each argument.
        has_aux: whether the function returns a pair, the second part of which is passed on.

    Returns:
        Value and derivative; with `has_aux` the second part as well.

    >>> keras.ops.jvp(lambda x: x**2, (3.0,), (1.0,))[1].item()
    6.0
    """
    return jax.jvp(fun, tuple(unwrap(primals)), tuple(unwrap(tangents)), has_aux=has_aux)

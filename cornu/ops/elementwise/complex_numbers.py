"""Parts of complex numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_array, as_float, op


@op
def real(x: TensorLike) -> jax.Array:
    """The real part.

    Args:
        x: tensor of any shape.

    >>> keras.ops.real([1 + 2j])
    Array([1.], dtype=float32)
    """
    return jnp.real(as_array(x))


@op
def imag(x: TensorLike) -> jax.Array:
    """The imaginary part.

    Args:
        x: tensor of any shape.

    >>> keras.ops.imag([1 + 2j])
    Array([2.], dtype=float32)
    """
    return jnp.imag(as_array(x))


@op
def conjugate(x: TensorLike) -> jax.Array:
    """The complex conjugate.

    Args:
        x: tensor of any shape.

    >>> keras.ops.conjugate([1 + 2j])
    Array([1.-2.j], dtype=complex64)
    """
    return jnp.conjugate(as_array(x))


conj = conjugate


@op
def angle(x: TensorLike) -> jax.Array:
    """The angle in the complex plane, in radians.

    Args:
        x: tensor of any shape.

    >>> keras.ops.angle(1.0).item()
    0.0
    """
    return jnp.angle(as_float(x))


@op
def view_as_complex(x: TensorLike) -> jax.Array:
    """Complex numbers from pairs of real and imaginary part.

    Args:
        x: tensor of shape (..., 2); a complex tensor is returned as it is.

    Returns:
        Complex tensor of shape (...).

    >>> keras.ops.view_as_complex([1.0, 2.0]).item()
    (1+2j)
    """
    x = as_array(x)
    if jnp.iscomplexobj(x):
        return x
    if x.ndim < 1 or x.shape[-1] != 2:
        raise ValueError(f"view_as_complex expects x of shape (..., 2); got shape {x.shape}.")
    x = x.astype(jnp.promote_types(x.dtype, "float32"))
    return jax.lax.complex(x[..., 0], x[..., 1])


@op
def view_as_real(x: TensorLike) -> jax.Array:
    """Pairs of real and imaginary part from complex numbers.

    Args:
        x: tensor of shape (...).

    Returns:
        Real tensor of shape (..., 2).

    >>> keras.ops.view_as_real(1 + 2j)
    Array([1., 2.], dtype=float32, weak_type=True)
    """
    x = as_array(x)
    return jnp.stack([jnp.real(x), jnp.imag(x)], axis=-1)

"""Cross-entropy from logits, in the log-sum-exp form.

Probabilities would overflow or round to zero first, and their gradient is a chain of divisions:
from logits it is softmax minus target, which XLA computes in one pass.
"""

import jax
import jax.numpy as jnp
from jax import Array, lax


@jax.jit
def softmax_cross_entropy_with_integer_labels(logits: Array, labels: Array) -> Array:
    """Compute the cross-entropy of class labels under the softmax of logits.

    Args:
        logits: unnormalized log-probabilities of shape (..., classes).
        labels: class indices, integers of shape (...). A label outside of [0, classes) belongs to
            no class: its loss and its gradient are zero.

    Returns:
        Losses of shape (...), of the dtype of the logits (computed in float32 or wider).

    >>> import jax.numpy as jnp
    >>> loss = softmax_cross_entropy_with_integer_labels(jnp.zeros((1, 2)), jnp.array([1]))
    >>> round(float(loss[0]), 4)
    0.6931
    """
    wide = logits.astype(jnp.promote_types(logits.dtype, "float32"))
    labels = labels.astype("int32")  # an int8 could not count beyond 127 classes
    classes = lax.broadcasted_iota("int32", logits.shape, logits.ndim - 1)
    chosen = jnp.sum(jnp.where(classes == labels[..., None], wide, 0), axis=-1)
    known = (labels >= 0) & (labels < logits.shape[-1])
    loss = jax.nn.logsumexp(wide, axis=-1) - chosen
    return jnp.where(known, loss, 0).astype(logits.dtype)


def softmax_cross_entropy_with_integer_labels_reference(logits: Array, labels: Array) -> Array:
    """Plain definition of `softmax_cross_entropy_with_integer_labels`."""
    return -jnp.sum(
        jax.nn.one_hot(labels, logits.shape[-1], dtype=logits.dtype) * jax.nn.log_softmax(logits),
        axis=-1,
    )


@jax.jit
def softmax_cross_entropy(logits: Array, target: Array) -> Array:
    """Compute the cross-entropy of a target distribution and the softmax of logits.

    Args:
        logits: unnormalized log-probabilities of shape (..., classes).
        target: probabilities of the same shape; they need not sum to one.

    Returns:
        Losses of shape (...), of the dtype of the logits (computed in float32 or wider).

    >>> import jax.numpy as jnp
    >>> loss = softmax_cross_entropy(jnp.zeros((1, 2)), jnp.array([[0.5, 0.5]]))
    >>> round(float(loss[0]), 4)
    0.6931
    """
    wide = jnp.promote_types(logits.dtype, "float32")
    log_probabilities = jax.nn.log_softmax(logits.astype(wide))
    return -jnp.sum(target.astype(wide) * log_probabilities, axis=-1).astype(logits.dtype)


def softmax_cross_entropy_reference(logits: Array, target: Array) -> Array:
    """Plain definition of `softmax_cross_entropy`."""
    return -jnp.sum(target * jnp.log(jax.nn.softmax(logits)), axis=-1)

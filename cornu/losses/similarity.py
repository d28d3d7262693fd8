"""Circle loss: pulls embeddings of one class together and pushes others away.

Sun et al., 2020, https://arxiv.org/abs/2002.10857
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.core import masking
from cornu.losses.base import FunctionLoss
from cornu.losses.targets import compares
from cornu.losses.tensors import float_tensor


@compares("group indices")
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> jax.Array:
    """Circle loss of embeddings.

    Args:
        y_true: class indices of shape (batch,).
        y_pred: embeddings of length 1, of shape (batch, size).
        ref_labels: class indices of the references, of shape (references,); `y_true` if None.
        ref_embeddings: embeddings of the references, of shape (references, size); `y_pred` if None.
        remove_diagonal: whether the i-th embedding is not compared with the i-th reference, which
            is the embedding itself unless references are given.
        gamma: scale of the similarities.
        margin: how far from 1 and 0 the similarities may stay.

    Returns:
        Tensor of shape (batch,).

    >>> loss = keras.losses.circle([0, 0], [[1.0, 0.0], [1.0, 0.0]])
    >>> loss.tolist()
    [0.0, 0.0]
    """
    y_pred = float_tensor(y_pred)
    labels = jnp.ravel(ops.convert_to_tensor(y_true)).astype("int32")
    references = y_pred if ref_embeddings is None else ops.cast(ref_embeddings, y_pred.dtype)
    reference_labels = labels
    if ref_labels is not None:
        reference_labels = jnp.ravel(ops.convert_to_tensor(ref_labels)).astype("int32")

    similarity = y_pred @ references.T
    same = labels[:, None] == reference_labels[None, :]
    other = ~same
    if remove_diagonal:
        same &= ~jnp.eye(*same.shape, dtype=bool)

    # How far a similarity is from its optimum weighs its own term.
    to_one = jnp.maximum(1 + margin - similarity, 0)
    to_zero = jnp.maximum(similarity + margin, 0)
    pull = -gamma * to_one * (similarity - (1 - margin))
    push = gamma * to_zero * (similarity - margin)
    both = _log_sum_exp(pull, same) + _log_sum_exp(push, other)
    found = jnp.any(same, axis=1) & jnp.any(other, axis=1)
    loss = jnp.where(found, jax.nn.softplus(jnp.where(found, both, 0)), 0)
    # Means are taken over the embeddings that have a like and an unlike one.
    masking.set_mask(loss, found)
    return loss


def _log_sum_exp(x: jax.Array, where: jax.Array) -> jax.Array:
    """Along the last axis over the chosen elements; finite where there are none."""
    lowest = jnp.finfo(x.dtype).min / 4
    return jax.nn.logsumexp(jnp.where(where, x, lowest), axis=1)


class Circle(FunctionLoss):
    """Circle loss: pulls embeddings of one class together and pushes others away.

    Args:
        gamma: scale of the similarities.
        margin: how far from 1 and 0 the similarities may stay.
        remove_diagonal: whether an embedding is not compared with itself.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    References:
        Sun et al., 2020, https://arxiv.org/abs/2002.10857

    >>> keras.losses.Circle()([0, 0], [[1.0, 0.0], [1.0, 0.0]]).item()
    0.0
    """

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ):
        super().__init__(
            circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )

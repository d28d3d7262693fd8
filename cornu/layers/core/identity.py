"""`Identity`: its input."""

from __future__ import annotations

from typing import Any

from cornu.core.layer import Layer


class Identity(Layer):
    """Return the input as it is: a place holder where a layer is expected.

    Args:
        **kwargs: `name`, `dtype`.

    >>> keras.layers.Identity()(keras.ops.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """

    takes_dicts = True
    takes_strings = True

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The inputs, of any structure."""
        return inputs

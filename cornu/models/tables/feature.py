"""`Feature` and `Cross`: what a `FeatureSpace` makes of one column, or of several together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.core import registry
from cornu.layers import (
    CategoryEncoding,
    Discretization,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    Layer,
    StringLookup,
)


class Feature:
    """How one column is read and encoded.

    Args:
        dtype: dtype of the column: "float32", "int32", "int64", "string", ...
        preprocessor: the layer that its values go through.
        output_mode: "float" or "int" for what the layer gives, "one_hot" for a vector made of
            the integers that it gives.

    Raises:
        ValueError: for another output mode.

    >>> keras.utils.FeatureSpace.string_categorical(name="city").output_mode
    'one_hot'
    """

    def __init__(self, dtype: str, preprocessor: Any, output_mode: str):
        if output_mode not in ("int", "one_hot", "float"):
            raise ValueError(
                f"A Feature's output_mode must be 'int', 'one_hot' or 'float'; got {output_mode!r}."
            )
        self.dtype = dtype
        self.preprocessor = registry.deserialize(preprocessor, expected=(Layer,))
        self.output_mode = output_mode

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            "dtype": self.dtype,
            "preprocessor": registry.serialize(self.preprocessor),
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: dict) -> Feature:
        """A feature made from what `get_config` returned."""
        return cls(**config)


class Cross:
    """The combinations of several features, hashed to a fixed number of bins.

    Args:
        feature_names: names of the features.
        crossing_dim: number of bins.
        output_mode: "one_hot" or "int".

    Raises:
        ValueError: for another output mode.

    >>> keras.utils.FeatureSpace.cross(("city", "age"), crossing_dim=8).name
    'city_X_age'
    """

    def __init__(
        self, feature_names: Sequence[str], crossing_dim: int, output_mode: str = "one_hot"
    ):
        if output_mode not in ("int", "one_hot"):
            raise ValueError(
                f"A Cross's output_mode must be 'int' or 'one_hot'; got {output_mode!r}."
            )
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim
        self.output_mode = output_mode

    @property
    def name(self) -> str:
        """The features' names, joined by `_X_`."""
        return "_X_".join(self.feature_names)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            "feature_names": self.feature_names,
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: dict) -> Cross:
        """A cross made from what `get_config` returned."""
        return cls(**config)


def number_of_categories(layer: Any) -> int | None:
    """How many different integers a layer gives; None if that is not known."""
    if isinstance(layer, (IntegerLookup, StringLookup)):
        return layer.vocabulary_size()
    if isinstance(layer, Discretization):
        return layer.num_bins or len(layer.bin_boundaries) + 1
    if isinstance(layer, (Hashing, HashedCrossing)):
        return layer.num_bins
    return layer.num_tokens if isinstance(layer, CategoryEncoding) else None

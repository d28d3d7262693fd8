"""`FeatureSpace`: the columns of a table to what a model computes with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.core import registry
from cornu.core.input_layer import Input
from cornu.core.layer import Layer
from cornu.data.tables import is_frame, is_table
from cornu.engine.names import auto_name
from cornu.layers import (
    CategoryEncoding,
    Concatenate,
    Discretization,
    HashedCrossing,
    Hashing,
    Identity,
    IntegerLookup,
    Normalization,
    Rescaling,
    StringLookup,
)
from cornu.models.tables.adapting import (
    adapt_layers,
    as_array,
    as_columns,
    needs_adapting,
    with_two_axes,
)
from cornu.models.tables.feature import Cross, Feature, number_of_categories
from cornu.ops.symbolic import any_symbolic
from cornu.saving.model_io import save_model

KINDS = (
    "float",
    "float_rescaled",
    "float_normalized",
    "float_discretized",
    "integer_categorical",
    "string_categorical",
    "integer_hashed",
    "string_hashed",
)


class FeatureSpace(Layer):
    """Encode the columns of a table, each in its own way, as one vector per row or a dict.

    Call it on a dict of columns, or of single values; map a data set of such dicts with it; or
    build a model on `get_inputs()` and `get_encoded_features()`, which then takes raw columns and
    is saved with all that was learned from them. Columns it does not know are left out.

    Args:
        features: dict from the columns' names to their kinds. A kind is what one of the class's
            methods `float`, `float_rescaled`, `float_normalized`, `float_discretized`,
            `integer_categorical`, `string_categorical`, `integer_hashed`, `string_hashed` or
            `feature` returns, or the name of one of these methods (but the last), for its defaults.
        output_mode: "concat" for one vector: the features in order of name, then the crosses; or
            "dict".
        crosses: tuples of names of features whose combinations are a feature too, or what
            `FeatureSpace.cross` returns.
        crossing_dim: number of bins of crosses that do not say.
        hashing_dim: number of bins of hashed features that do not say.
        num_discretization_bins: number of bins of discretized features that do not say.
        name: its name.

    Raises:
        ValueError: for no features, kinds that do not exist, or crosses of unknown features.

    >>> space = keras.utils.FeatureSpace({"age": "float_normalized", "sex": "string_categorical"})
    >>> space.adapt({"age": [20.0, 40.0], "sex": ["f", "m"]})
    >>> space({"age": [20.0, 40.0, 30.0], "sex": ["m", "f", "?"]}).tolist()
    [[-1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]]
    """

    # --- kinds of features ---------------------------------------------------------------------

    @classmethod
    def cross(
        cls, feature_names: Sequence[str], crossing_dim: int, output_mode: str = "one_hot"
    ) -> Cross:
        """The combinations of several features, hashed to `crossing_dim` bins."""
        return Cross(feature_names, crossing_dim, output_mode=output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A feature with a layer of one's own.

        Args:
            dtype: dtype of the column.
            preprocessor: the layer; it is adapted if it has a method `adapt`.
            output_mode: "float" or "int" for what the layer gives, or "one_hot" for a vector made
                of the integers that it gives.
        """
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Numbers, as they are."""
        layer = Identity(dtype="float32", name=_layer_name(name, "float"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_rescaled(
        cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None
    ) -> Feature:
        """Numbers times `scale` plus `offset`."""
        layer = Rescaling(scale=scale, offset=offset, name=_layer_name(name, "float_rescaled"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Numbers brought to mean 0 and variance 1."""
        layer = Normalization(axis=-1, name=_layer_name(name, "float_normalized"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_discretized(
        cls,
        num_bins: int | None = None,
        bin_boundaries: Any = None,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Numbers as the bin they lie in.

        Args:
            num_bins: number of bins that shall hold equal fractions of the data.
            bin_boundaries: where bins begin, instead of `num_bins`.
            output_mode: "one_hot" or "int".
            name: the feature's name.
        """
        layer = Discretization(
            num_bins=None if bin_boundaries is not None else num_bins,
            bin_boundaries=bin_boundaries,
            name=_layer_name(name, "float_discretized"),
        )
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Integers of a vocabulary; see `layers.IntegerLookup`."""
        layer = IntegerLookup(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            name=_layer_name(name, "integer_categorical"),
        )
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Strings of a vocabulary; see `layers.StringLookup`."""
        layer = StringLookup(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            name=_layer_name(name, "string_categorical"),
        )
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Strings hashed to `num_bins` bins; see `layers.Hashing`."""
        layer = Hashing(num_bins=num_bins, name=_layer_name(name, "string_hashed"))
        return Feature("string", layer, output_mode)

    @classmethod
    def integer_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Integers hashed to `num_bins` bins; see `layers.Hashing`."""
        layer = Hashing(num_bins=num_bins, name=_layer_name(name, "integer_hashed"))
        return Feature("int32", layer, output_mode)

    def __init__(
        self,
        features: dict[str, Any],
        output_mode: str = "concat",
        crosses: Sequence | None = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ):
        super().__init__(name=name)
        if not features:
            raise ValueError(f"{self._owner}: features must name at least one column.")
        if output_mode not in ("dict", "concat"):
            raise ValueError(
                f"{self._owner}: output_mode must be 'concat' or 'dict'; got {output_mode!r}."
            )
        self.output_mode = output_mode
        self.crossing_dim, self.hashing_dim = crossing_dim, hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features = {key: self._as_feature(key, kind) for key, kind in features.items()}
        self.crosses = [self._as_cross(cross) for cross in crosses or ()]
        self.crosses_by_name = {cross.name: cross for cross in self.crosses}
        self.inputs = {
            key: Input(shape=(1,), dtype=feature.dtype, name=key)
            for key, feature in self.features.items()
        }
        self.preprocessors = {key: feature.preprocessor for key, feature in self.features.items()}
        self.crossers = {
            cross.name: HashedCrossing(cross.crossing_dim, name=cross.name)
            for cross in self.crosses
        }
        self.one_hot_encoders: dict[str, CategoryEncoding] = {}
        self.concat = Concatenate(axis=-1) if output_mode == "concat" else None
        self.encoded_features: Any = None
        self._is_adapted = False

    @property
    def _owner(self) -> str:
        return f"FeatureSpace {self.name!r}"

    def _as_feature(self, name: str, kind: Any) -> Feature:
        if isinstance(kind, dict):
            kind = registry.deserialize(kind, expected=(Feature,))
        if isinstance(kind, Feature):
            return kind
        if kind not in KINDS:
            raise ValueError(
                f"{self._owner}: column {name!r} has the unknown kind {kind!r}. Kinds are "
                f"{', '.join(KINDS)}, or what FeatureSpace.feature(...) returns."
            )
        sizes = {"float_discretized": self.num_discretization_bins}
        sizes |= dict.fromkeys(("integer_hashed", "string_hashed"), self.hashing_dim)
        settings = {"num_bins": sizes[kind]} if kind in sizes else {}
        return getattr(self, kind)(name=name, **settings)

    def _as_cross(self, cross: Any) -> Cross:
        if isinstance(cross, dict):
            cross = registry.deserialize(cross, expected=(Cross,))
        if not isinstance(cross, Cross):
            if not self.crossing_dim:
                raise ValueError(
                    f"{self._owner}: crosses need crossing_dim, the number of their bins."
                )
            cross = Cross(cross, self.crossing_dim)
        unknown = [name for name in cross.feature_names if name not in self.features]
        if unknown:
            raise ValueError(
                f"{self._owner}: the cross {cross.feature_names} names {unknown}, which are none "
                f"of the features {sorted(self.features)}."
            )
        return cross

    # --- adapting ------------------------------------------------------------------------------

    def adapt(self, dataset: Any) -> None:
        """Learn vocabularies, means and bins from data.

        Args:
            dataset: dict of arrays or lists, data frame, or a data set (`cornu.data.Dataset`,
                `tf.data.Dataset`, any iterable) of dicts, of samples or in batches. Of tuples
                `(x, y)` the first part is used. A data set is read once.

        Raises:
            ValueError: if a column is missing, or there are no data.
            TypeError: for other data.
        """
        layers = {
            name: layer for name, layer in self.preprocessors.items() if needs_adapting(layer)
        }
        adapt_layers(layers, dataset, self._owner)
        self._is_adapted = True
        self.encoded_features = None
        self.one_hot_encoders.clear()
        self.get_encoded_features()

    def _check_adapted(self) -> None:
        if not self._is_adapted and any(map(needs_adapting, self.preprocessors.values())):
            raise ValueError(
                f"{self._owner} has not seen data yet. Call `adapt` on a dict of columns, a data "
                "frame or a data set first."
            )
        self._is_adapted = True

    # --- encoding ------------------------------------------------------------------------------

    def get_inputs(self) -> dict[str, Any]:
        """Symbolic inputs of a model, by column: shape `(batch, 1)`, in the columns' dtypes."""
        self.get_encoded_features()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """What the symbolic inputs become: one tensor `(batch, width)`, or a dict of tensors."""
        self._check_adapted()
        if self.encoded_features is None:
            self.encoded_features = self._encode(self.inputs)
            self.built = True
        return self.encoded_features

    def __call__(self, data: Any) -> Any:
        """Encode columns.

        Args:
            data: dict with an array, list or column of a frame for each feature, of shape
                `(rows,)` or `(rows, 1)`, or with a single value for each; or a data frame.

        Returns:
            An array `(rows, width)`, or a dict of such; of single values without the axis of rows.

        Raises:
            ValueError: if a column is missing.
            TypeError: for other data.
        """
        if is_table(data) and is_frame(data):
            data = as_columns(data)
        if not isinstance(data, dict):
            raise TypeError(
                f"{self._owner} takes a dict of columns or a data frame; got {type(data).__name__}."
            )
        missing = [name for name in self.features if name not in data]
        if missing:
            raise ValueError(
                f"{self._owner} needs the columns {missing}, which the data lack; they have "
                f"{sorted(data)}."
            )
        self.get_encoded_features()
        columns = {name: as_array(data[name]) for name in self.features}
        single = any(values.ndim == 0 for values in columns.values())
        encoded = self._encode({name: with_two_axes(x) for name, x in columns.items()})
        if not single or any_symbolic(columns):
            return encoded
        if self.output_mode == "concat":
            return encoded[0]
        return {name: x[0] if len(x) == 1 else x for name, x in encoded.items()}

    def _encode(self, columns: dict[str, Any]) -> Any:
        values = {name: self.preprocessors[name](columns[name]) for name in self.features}
        crossed = {
            cross.name: self.crossers[cross.name]([values[name] for name in cross.feature_names])
            for cross in self.crosses
        }
        encoded = {name: self._as_output(name, values[name]) for name in sorted(values)}
        encoded |= {name: self._as_output(name, crossed[name]) for name in sorted(crossed)}
        if self.output_mode == "dict":
            return encoded
        # A single feature needs no joining.
        parts = list(encoded.values())
        return self.concat(parts) if len(parts) > 1 else parts[0]

    def _as_output(self, name: str, values: Any) -> Any:
        spec = self.features.get(name) or self.crosses_by_name[name]
        kind = np.dtype(values.dtype).kind if values.dtype != "string" else "O"
        if spec.output_mode == "one_hot":
            if kind not in "iu":
                raise ValueError(
                    f"{self._owner}: feature {name!r} has output_mode='one_hot', so its layer must "
                    f"give integers; it gives {values.dtype}. Use output_mode='float'."
                )
            return self._one_hot_encoder(name)(values)
        if self.output_mode == "concat" and kind in "iuO":
            raise ValueError(
                f"{self._owner}: feature {name!r} has dtype {values.dtype}, so it cannot be joined "
                "to the others. Use output_mode='one_hot' for it, or output_mode='dict' for the "
                "FeatureSpace."
            )
        return values

    def _one_hot_encoder(self, name: str) -> CategoryEncoding:
        if name not in self.one_hot_encoders:
            layer = self.preprocessors.get(name) or self.crossers[name]
            size = number_of_categories(layer)
            if size is None:
                raise ValueError(
                    f"{self._owner}: feature {name!r} has output_mode='one_hot', but how many "
                    f"categories its layer {type(layer).__name__} gives is not known. Use "
                    "output_mode='int', or a layer that gives vectors with output_mode='float'."
                )
            self.one_hot_encoders[name] = CategoryEncoding(size, output_mode="multi_hot")
        return self.one_hot_encoders[name]

    # --- config and files ----------------------------------------------------------------------

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            "features": registry.serialize(self.features),
            "output_mode": self.output_mode,
            "crosses": registry.serialize(self.crosses),
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict) -> FeatureSpace:
        """A feature space made from what `get_config` returned; `adapt` it, or load its weights."""
        return cls(**config)

    def get_build_config(self) -> dict:
        """What the columns' layers need to be built."""
        return {name: layer.get_build_config() for name, layer in self.preprocessors.items()}

    def build_from_config(self, config: dict) -> None:
        """Build the columns' layers for the state in a file."""
        for name, layer_config in config.items():
            layer = self.preprocessors[name]
            if not layer.built and layer_config:
                layer.build_from_config(layer_config)
        self._is_adapted = self.built = True

    def save(self, filepath: Any) -> None:
        """Write it to a `.keras` file, which `keras.models.load_model` reads.

        Args:
            filepath: path that ends in `.keras`.
        """
        save_model(self, filepath)

    def save_own_variables(self, store: Any) -> None:
        """Nothing: what was learned belongs to the columns' layers."""

    def load_own_variables(self, store: Any) -> None:
        """Nothing: what was learned belongs to the columns' layers."""


def _layer_name(name: str | None, kind: str) -> str:
    return f"{name or auto_name(kind)}_preprocessor"

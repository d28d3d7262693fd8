"""From a CSV file or a data frame to what a model is trained on, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cornu.layers import Discretization, Identity, Normalization, Rescaling
from cornu.models.tables.conversion import as_input, as_numbers, texts
from cornu.models.tables.feature_space import FeatureSpace
from cornu.models.tables.kinds import CATEGORY, NUMBER, as_feature, holds_words, kind_of
from cornu.models.tables.source import MISSING_VALUES, Reading, Source, open_source

# Layers of number features that would hand NaN on.
WITHOUT_GAPS = (Discretization, Identity, Normalization, Rescaling)


@dataclass(frozen=True)
class Table:
    """Columns for `fit`, and the feature space that encodes them.

    Attributes:
        x: dict from the columns' names to arrays `(rows,)`: float32 for numbers, NaN where one is
            missing; strings, empty where one is missing; int64 for categories that are integers,
            the smallest int64 where one is missing.
        y: the target `(rows,)`: int32 numbers of classes, or float32; None without a target.
        class_names: names of the classes, in the order of their numbers; None if the target is a
            number.
        feature_space: `FeatureSpace` adapted to `x`.
        kinds: dict from the names of all columns to what they are taken for.
        target: name of the column that is the target.
    """

    x: dict[str, np.ndarray]
    y: np.ndarray | None
    class_names: list[str] | None
    feature_space: FeatureSpace
    kinds: dict[str, str]
    target: str | None
    _reading: Reading = field(repr=False)

    def apply(self, data: Any) -> Table:
        """Other rows in the same form, with the same classes and the same feature space.

        Args:
            data: file, frame or dict, as for `table_features`; without the target, `y` is None.

        Raises:
            ValueError: if a column is missing, or a value does not fit.
        """
        source = open_source(data, self._reading)
        y = None
        if self.target is not None and self.target in source.columns:
            y, _ = target_values(source, self.target, self.kinds[self.target], self.class_names)
        x = rows_of(source, self.feature_space)
        return Table(
            x, y, self.class_names, self.feature_space, self.kinds, self.target, self._reading
        )

    def __len__(self) -> int:
        return len(next(iter(self.x.values())))


def table_features(
    data: Any,
    target: str | None = None,
    features: dict[str, Any] | None = None,
    *,
    fill: str = "median",
    missing_indicator: bool = False,
    max_categories: int = 100,
    column_names: Sequence[str] | None = None,
    missing_values: Sequence[str] = MISSING_VALUES,
    delimiter: str = ",",
    encoding: str = "utf8",
) -> Table:
    """A CSV file or data frame as arrays for `fit`, with a `FeatureSpace` that encodes them.

    Numbers are normalized, gaps among them filled. Texts, and whole numbers of at most ten
    different values, are categories; a missing value is a category of its own. Texts that differ
    in most rows, such as names, are left out, and so are columns without values.

    Args:
        data: path, URL or pattern of CSV files, or a list of paths; a pandas, polars or Arrow
            frame; or a dict of columns.
        target: name of the column to predict. Texts and few whole numbers are classes.
        features: dict from names to kinds, for columns that are to be read in another way than
            said above: "number", "category", what `FeatureSpace` takes as a kind, or None to leave
            the column out. For the target "number" or "category".
        fill: "median" or "mean", for missing numbers.
        missing_indicator: whether the model is also told which numbers were missing.
        max_categories: most categories of a column; rarer ones count as unknown.
        column_names: names of the columns of files without a header line.
        missing_values: texts that mean a missing value.
        delimiter: what stands between the values of a file.
        encoding: how the text of a file is encoded.

    Returns:
        `Table` with `x`, `y`, `class_names`, `feature_space`, `kinds`; its `apply` reads other
        rows.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: for a column that does not exist, or a value that does not fit, with file and
            row.
        TypeError: if the data are no table.

    >>> people = {"age": [30, None, 50], "city": ["Rome", "?", "Oslo"], "buys": ["no", "yes", "no"]}
    >>> table = keras.utils.table_features(people, target="buys", features={"age": "number"})
    >>> table.kinds
    {'age': 'number', 'city': 'category', 'buys': 'target, category'}
    >>> table.y.tolist(), table.class_names
    ([0, 1, 0], ['no', 'yes'])
    >>> table.feature_space(table.x).shape
    (3, 5)
    """
    reading = Reading(column_names, tuple(missing_values), delimiter, encoding)
    source = open_source(data, reading)
    given = dict(features or {})
    for name in [*given, *([] if target is None else [target])]:
        source.column(name)
    kinds, made = {}, {}
    for name in source.columns:
        kind = given.get(name) if name in given else kind_of(source, name, max_categories)
        if name == target:
            kinds[name] = "target, " + _checked_target_kind(source, name, kind)
        elif kind is None:
            kinds[name] = "left out"
        elif isinstance(kind, str) and kind.startswith("left out"):
            kinds[name] = kind
        else:
            kinds[name] = kind if isinstance(kind, str) else "feature"
            made[name] = as_feature(source, name, kind, fill, missing_indicator, max_categories)
    if not made:
        raise ValueError(f"{source.name} has no column to learn from: {kinds}.")
    y, class_names = None, None
    if target is not None:
        y, class_names = target_values(source, target, kinds[target], None)
    space = FeatureSpace(made)
    x = rows_of(source, space)
    space.adapt(x)
    return Table(x, y, class_names, space, kinds, target, reading)


def table_rows(
    data: Any,
    model: Any,
    *,
    column_names: Sequence[str] | None = None,
    missing_values: Sequence[str] = MISSING_VALUES,
    delimiter: str = ",",
    encoding: str = "utf8",
) -> dict[str, np.ndarray]:
    """The columns that a model takes, from a CSV file or data frame, in the form it takes them.

    Args:
        data: file, frame or dict, as for `table_features`. Other columns are passed over.
        model: a model with an input for each column, or a `FeatureSpace`.
        column_names: names of the columns of files without a header line.
        missing_values: texts that mean a missing value.
        delimiter: what stands between the values of a file.
        encoding: how the text of a file is encoded.

    Returns:
        Dict from the inputs' names to arrays `(rows,)`.

    Raises:
        ValueError: if a column is missing, or a value does not fit, with file and row.

    >>> inputs = {"age": keras.Input((1,), name="age")}
    >>> model = keras.Model(inputs, keras.layers.Dense(1)(inputs["age"]))
    >>> keras.utils.table_rows({"age": ["41", "?"], "name": ["Ada", "Bo"]}, model)
    {'age': array([41., nan], dtype=float32)}
    """
    reading = Reading(column_names, tuple(missing_values), delimiter, encoding)
    return rows_of(open_source(data, reading), model)


def rows_of(source: Source, model: Any) -> dict[str, np.ndarray]:
    """The inputs of a model or feature space, from the columns of their names."""
    if isinstance(model, FeatureSpace):
        inputs = model.inputs
    elif not hasattr(model, "inputs"):
        raise ValueError(
            f"Model {model.name!r} does not say which columns it takes: it has no graph. Build it "
            "as a Functional model, with an input for each column."
        )
    else:
        inputs = dict(zip(model.input_names, model.inputs))
    found = {name: as_input(source, name, tensor.dtype) for name, tensor in inputs.items()}
    if isinstance(model, FeatureSpace):
        for name, values in found.items():
            _check_gaps(source, name, values, model.preprocessors[name])
    return found


def _check_gaps(source: Source, name: str, values: np.ndarray, layer: Any) -> None:
    if values.dtype.kind != "f" or not isinstance(layer, WITHOUT_GAPS):
        return
    missing = np.isnan(values)
    if missing.any():
        raise ValueError(
            f"{source.place(int(np.flatnonzero(missing)[0]))}: column {name!r} has no value, and "
            f"{type(layer).__name__} cannot take that. Use the kind 'number', which fills gaps."
        )


def target_values(
    source: Source, name: str, kind: str, class_names: list[str] | None
) -> tuple[np.ndarray, list[str] | None]:
    """The target, and the names of its classes if it has classes.

    Args:
        source: the table.
        name: the column.
        kind: ends in "number" or "category".
        class_names: the classes that there may be; all by default.

    Raises:
        ValueError: if a value is missing, or no class.
    """
    column = source.column(name)
    if column.null_count:
        row = int(np.flatnonzero(np.asarray(column.is_null()))[0])
        raise ValueError(
            f"{source.place(row)}: the target {name!r} has no value. Leave such rows out."
        )
    if kind.endswith(NUMBER):
        return as_input(source, name, "float32"), None
    words = holds_words(source, name)
    labels = texts(source, name, column if words else as_numbers(source, name, column))
    if class_names is None:
        class_names = sorted(set(labels), key=None if words else float)
    numbers = {label: number for number, label in enumerate(class_names)}
    unknown = [row for row, label in enumerate(labels) if label not in numbers]
    if unknown:
        raise ValueError(
            f"{source.place(unknown[0])}: the target {name!r} is {labels[unknown[0]]!r}, which is "
            f"none of the classes {class_names}."
        )
    return np.array([numbers[label] for label in labels], "int32"), class_names


def _checked_target_kind(source: Source, name: str, kind: Any) -> str:
    if kind in (NUMBER, CATEGORY):
        return kind
    raise ValueError(
        f"{source.name}: the target {name!r} must be a number or a category; it is {kind!r}. Pass "
        f"features={{{name!r}: 'category'}} to take it for one."
    )

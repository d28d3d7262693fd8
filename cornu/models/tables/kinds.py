"""What a column is taken for: numbers, or categories."""

from __future__ import annotations

from typing import Any

from cornu.engine.extras import require
from cornu.layers import IntegerLookup, StringLookup
from cornu.models.tables.conversion import as_numbers, is_whole, parsed
from cornu.models.tables.feature import Feature
from cornu.models.tables.filled_normalization import FilledNormalization
from cornu.models.tables.source import Source, is_text

# Integers of so few kinds are numbers of categories; of more kinds, they count or measure.
MOST_INTEGER_CATEGORIES = 10

NUMBER, CATEGORY = "number", "category"


def kind_of(source: Source, name: str, most_categories: int) -> str:
    """ "number", "category", or why a column is left out: "left out: ..." """
    compute = require("pyarrow.compute", "data")
    column = source.column(name)
    rows = len(column) - column.null_count
    if not rows:
        return "left out: it has no values"
    if is_text(column) and not source.typed:
        # All columns of a file are texts.
        numbers = parsed(column)
        column = column if numbers is None else numbers
    if is_text(column):
        distinct = compute.count_distinct(column).as_py()
        if distinct > most_categories and 2 * distinct > rows:
            return f"left out: its {rows} values are {distinct} different texts"
        return CATEGORY
    numbers = as_numbers(source, name, column)
    few = compute.count_distinct(numbers).as_py() <= MOST_INTEGER_CATEGORIES
    return CATEGORY if few and is_whole(numbers) else NUMBER


def holds_words(source: Source, name: str) -> bool:
    """Whether a column holds texts that are no numbers."""
    column = source.column(name)
    return is_text(column) and (source.typed or parsed(column) is None)


def as_feature(
    source: Source, name: str, kind: Any, fill: str, indicator: bool, most_categories: int
) -> Any:
    """The feature for a column of a kind; kinds of `FeatureSpace` stay what they are."""
    if kind == NUMBER:
        layer = FilledNormalization(fill, indicator, name=f"{name}_preprocessor")
        return Feature("float32", layer, "float")
    if kind != CATEGORY:
        return kind
    numbers = None if holds_words(source, name) else as_numbers(source, name, source.column(name))
    if numbers is None or not is_whole(numbers):
        # One more, for words that are not in the vocabulary.
        layer = StringLookup(max_tokens=most_categories + 1, name=f"{name}_preprocessor")
        return Feature("string", layer, "one_hot")
    layer = IntegerLookup(max_tokens=most_categories + 1, name=f"{name}_preprocessor")
    return Feature("int64", layer, "one_hot")

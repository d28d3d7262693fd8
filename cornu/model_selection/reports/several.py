"""`SeveralReports`: the reports on all outputs of a model, by name, as one text or page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.markup import escape as escape_markup

from cornu.model_selection.reports import page
from cornu.model_selection.reports.classification_text import table
from cornu.model_selection.reports.output import Report

COLUMNS = ("output", "kind", "data", "scores")


class SeveralReports(Report, Mapping):
    """A report on each output of a model, a mapping by the outputs' names.

    Args:
        name: of the model.
        reports: the report on each output that has targets, by name.

    >>> x = keras.Input((2,))
    >>> model = keras.Model(
    ...     x,
    ...     [
    ...         keras.layers.Activation("sigmoid", name="kind")(x[:, :1]),
    ...         keras.layers.Rescaling(2.0, name="size")(x[:, 1:]),
    ...     ],
    ... )
    >>> values = np.array([[-1.0, 2.5], [1.0, 3.0], [2.0, 4.0]])
    >>> y = {"kind": np.array([0, 1, 1]), "size": np.array([5.5, 6.0, 8.25])}
    >>> reports = keras.model_selection.evaluate_report(model, values, y)
    >>> reports["kind"].scores["accuracy"], reports["size"].scores["size"]["MAE"]
    (1.0, 0.25)
    """

    def __init__(self, name: str, reports: dict[str, Report]):
        self.name = name
        self._reports = dict(reports)

    def __getitem__(self, output: str) -> Report:
        return self._reports[output]

    def __iter__(self) -> Iterator[str]:
        return iter(self._reports)

    def __len__(self) -> int:
        return len(self._reports)

    @property
    def size(self) -> str:
        """How much there is, in words."""
        return f"{len(self)} outputs"

    def _rows(self) -> list[tuple[str, str, str, str]]:
        rows = []
        for output, report in self.items():
            kind, scores = report._summary()
            words = ", ".join(f"{name} {value:.4g}" for name, value in scores.items())
            rows.append((output, kind, report.size, words))
        return rows

    def _tables(self) -> list:
        made = table(f"Report on {self.name!r}: {self.size}", *COLUMNS, left=4)
        for row in self._rows():
            made.add_row(*map(escape_markup, row))
        return [made, *(one for report in self.values() for one in report._tables())]

    def _size(self) -> tuple[float, float]:
        sizes = [report._size() for report in self.values()]
        return max(width for width, _ in sizes), sum(height + 0.4 for _, height in sizes)

    def _draw(self, figure: Any) -> None:
        heights = [report._size()[1] for report in self.values()]
        parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)
        for part, (output, report) in zip(parts.reshape(-1), self.items()):
            report._draw(part)
            part.suptitle(f"{output}: {report.size}", fontsize=12)

    def _sections(self) -> tuple[str, list[str]]:
        sections = [page.section("Outputs", page.table(COLUMNS, self._rows(), words=range(4)))]
        for output, report in self.items():
            about, parts = report._sections()
            sections.append(page.article(output, about, parts))
        return self.size, sections

"""Every Python block of the README and of docs/ runs.

The blocks of a page share one namespace, in order, so a page reads as one program. A block that
opens with "```python no-run" is shown but not run.
"""

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python[ \t]*\n(.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)


def blocks(page: Path) -> list[tuple[int, str]]:
    """Return (line number, source) of each block to run."""
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, m.start(1)), m.group(1)) for m in BLOCK.finditer(text)]


def run_page(page: Path, namespace: dict[str, Any]) -> None:
    for line, source in blocks(page):
        # Leading newlines make tracebacks show the line of the page.
        exec(compile("\n" * line + source, str(page), "exec"), namespace)


PAGES_WITH_CODE = [page for page in PAGES if blocks(page)]


@pytest.mark.smoke
@pytest.mark.parametrize("page", PAGES_WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_the_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(page, {"__name__": page.stem})


def test_a_block_marked_no_run_is_left_out(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 1\n```\n\n```python no-run\nx = 1 / 0\n```\n")
    assert blocks(page) == [(1, "x = 1\n")]


def test_blocks_of_a_page_share_a_namespace(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 1\n```\ntext\n```python\ny = x + 1\n```\n")
    namespace: dict[str, Any] = {}
    run_page(page, namespace)
    assert namespace["y"] == 2

"""Each room keeps to its lines, so that the whole stays something a person can read."""

import ast
import io
import tokenize
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUDGET = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["cornu"]["budget"]
MOST_CODE, MOST_LINES = 65_000, 111_000
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def lines_of_code(source: str) -> int:
    """Lines that are neither blank, nor comments, nor docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, WITH_DOCSTRING) and ast.get_docstring(node) is not None:
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def rooms() -> list[str]:
    folders = [path.name for path in (ROOT / "cornu").iterdir() if (path / "__init__.py").exists()]
    return sorted(folders)


@pytest.mark.parametrize("room", rooms())
def test_a_room_keeps_to_its_budget(room):
    assert room in BUDGET, f"{room} is new: give it a row in [tool.cornu.budget] of pyproject.toml"
    sources = [path.read_text() for path in (ROOT / "cornu" / room).rglob("*.py")]
    code = sum(map(lines_of_code, sources))
    lines = sum(len(source.splitlines()) for source in sources)
    over = {
        what: f"{found} of {most}, {found - most} too many"
        for what, found, most in zip(("code", "all lines"), (code, lines), BUDGET[room])
        if found > most
    }
    assert not over, f"{room} is over its budget ({over}): shorten it, or change its row"


def test_the_rooms_together_keep_to_the_total():
    code, lines = (sum(column) for column in zip(*BUDGET.values()))
    assert code <= MOST_CODE
    assert lines <= MOST_LINES


def test_docstrings_and_comments_are_no_code():
    source = '"""Text."""\n\n# why\nx = 1\n\n\ndef f():\n    """Text\n    more."""\n    return x\n'
    assert lines_of_code(source) == 3

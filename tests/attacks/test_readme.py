"""Each attack that the table names is made by a test."""

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROWS = re.findall(r"`(test_\w+\.py)::(test_\w+)` \|$", (FOLDER / "README.md").read_text(), re.M)


@pytest.mark.parametrize(("file", "test"), ROWS)
def test_the_test_of_a_row_is_there(file, test):
    functions = ast.walk(ast.parse((FOLDER / file).read_text()))
    assert test in {node.name for node in functions if isinstance(node, ast.FunctionDef)}


def test_every_row_names_a_test():
    rows = [line for line in (FOLDER / "README.md").read_text().splitlines() if "|" in line]
    assert len(ROWS) == sum(not line.startswith(("| attack", "|---")) for line in rows)

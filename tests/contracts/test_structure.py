"""The shape of the code: sizes of files, functions and folders, and what no file may contain."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("cornu", "tests", "benchmarks", "examples")

MOST_LINES_IN_FILE = 600
MOST_LINES_IN_FUNCTION = 80
MOST_FILES_IN_FOLDER = 20

# Path -> reason. Tests mirror the package's folders, so only its own folders are named here.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
FULL_FOLDERS: dict[str, str] = {"cornu/optimizers": "one file per update rule"}

# Spelt with character classes, so that this file does not match itself.
MACHINE_PATH = r"(^|[^A-Za-z0-9_.])/(wor[k]|far[m]|roo[t]|hom[e])/"
REGISTRY_HOST = r"pyp[i]\.org|python[h]osted|registry\.npm[j]s|deb\.debia[n]"


def tracked_files() -> list[str]:
    """Paths that git tracks; all files of the tree where there is no git (a source archive)."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode == 0:
        return [name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]


FILES = tracked_files()
PYTHON = [name for name in FILES if name.endswith(".py") and name.split("/")[0] in CODE_FOLDERS]


def tree_of(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), filename=name)


def functions_over(name: str, limit: int) -> dict[str, int]:
    return {
        f"{name}:{node.name}": node.end_lineno - node.lineno + 1
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > limit
    }


def lines_matching(pattern: str) -> list[str]:
    found = re.compile(pattern, re.IGNORECASE)
    hits = []
    for name in FILES:
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures and golden archives
        hits += [
            f"{name}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(text.splitlines(), start=1)
            if found.search(line)
        ]
    return hits


def test_the_repository_has_python_files_to_check():
    assert PYTHON


def test_no_file_is_longer_than_the_limit():
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in PYTHON}
    over = {name: lines for name, lines in lengths.items() if lines > MOST_LINES_IN_FILE}
    assert over.keys() <= LONG_FILES.keys(), over


def test_no_function_is_longer_than_the_limit():
    over = {
        key: lines
        for name in PYTHON
        for key, lines in functions_over(name, MOST_LINES_IN_FUNCTION).items()
    }
    assert over.keys() <= LONG_FUNCTIONS.keys(), over


def test_no_folder_holds_more_files_than_the_limit():
    counts: dict[str, int] = {}
    for name in PYTHON:
        folder = str(Path(name).parent)
        counts[folder] = counts.get(folder, 0) + (Path(name).name != "__init__.py")
    over = {folder: count for folder, count in counts.items() if count > MOST_FILES_IN_FOLDER}
    assert over.keys() <= FULL_FOLDERS.keys(), over


@pytest.mark.parametrize("exceptions", [LONG_FILES, FULL_FOLDERS], ids=["files", "folders"])
def test_named_exceptions_still_exist(exceptions):
    assert [path for path in exceptions if not (ROOT / path).exists()] == []


def test_no_wildcard_imports():
    wildcards = [
        f"{name}:{node.lineno}"
        for name in PYTHON
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert wildcards == []


def test_warnings_point_at_the_line_of_the_user():
    by_itself = [
        name
        for name in PYTHON
        if name.startswith("cornu/")
        and name != "cornu/engine/user_warnings.py"
        and "warnings.warn(" in (ROOT / name).read_text(encoding="utf-8")
    ]
    assert not by_itself, "use cornu.engine.user_warnings.warn"


def test_no_paths_of_one_machine():
    assert lines_matching(MACHINE_PATH) == []


def test_no_addresses_of_package_registries():
    assert lines_matching(REGISTRY_HOST) == []

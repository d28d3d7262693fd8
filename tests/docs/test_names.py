"""The files and names that the pages on the code speak of are there."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("architecture.md", "contributing.md")
QUOTED = {
    (page, name)
    for page in PAGES
    for name in re.findall(r"`([^`\s]+)`", (ROOT / "docs" / page).read_text())
}
PATHS = sorted(pair for pair in QUOTED if pair[1].split("/")[0] in ("cornu", "tests", "docs"))
NAMES = sorted(pair for pair in QUOTED if pair[1].startswith("cornu."))


@pytest.mark.parametrize(("page", "path"), PATHS)
def test_a_file_that_a_page_names_is_there(page, path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("page", "name"), NAMES)
def test_a_name_that_a_page_names_is_there(page, name):
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            found = getattr(found, attribute)
        return
    raise AssertionError(name)

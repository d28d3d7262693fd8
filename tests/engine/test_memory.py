"""Freed memory stays with the process."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource
import cornu.engine
import numpy as np


def page_faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


np.ones(8_000_000).sum()
before = page_faults()
for _ in range(5):
    np.ones(8_000_000).sum()
print(page_faults() - before)
"""


def page_faults(monkeypatch, setting):
    monkeypatch.setenv("CORNU_KEEP_MEMORY", setting)
    found = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    return int(found.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the settings are glibc's")
def test_memory_that_was_freed_is_used_again_without_page_faults(monkeypatch):
    assert 10 * page_faults(monkeypatch, "1") < page_faults(monkeypatch, "0")

"""A write that fails leaves the old file as it was."""

import os
import signal
import subprocess
import sys

import pytest

import cornu as keras
from cornu.saving.atomic import replacing


def test_a_failing_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(OSError, match="disk full"), replacing(path) as temporary:
        temporary.write_text("ne")
        raise OSError("disk full")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    code = (
        "import os, signal, sys; from cornu.saving.atomic import replacing\n"
        "with replacing(sys.argv[1]) as t:\n"
        "    t.write_text('ne'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_declining_to_overwrite_keeps_the_file(tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    path.write_text("old")
    monkeypatch.setattr("builtins.input", lambda prompt: "n")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.save(path, overwrite=False)
    assert path.read_text() == "old"

"""Where a save fails, or meets another one: the old file stays, and the message says where."""

import subprocess
import sys

import numpy as np
import pytest

import cornu as keras

SHARD = 60 / 1024**3
NAMES = ["m.keras", "m.h5", "m", "m.weights.h5", "m.weights.json"]


def model_of(number):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    model.set_weights([np.full(w.shape, number) for w in model.get_weights()])
    return model


def save(model, path):
    if "weights" in path.name:
        model.save_weights(path, max_shard_size=SHARD if path.suffix == ".json" else None)
    else:
        model.save(path, zipped=None if path.suffix else False)


def number_in(path):
    if "weights" in path.name:
        model = model_of(0)
        model.load_weights(path)
    else:
        model = keras.models.load_model(path)
    [number] = {float(v) for weight in model.get_weights() for v in np.unique(weight)}
    return number


FULL = """
import resource, sys
sys.path.insert(0, {folder!r})
from pathlib import Path
from test_where_it_is_written import model_of, save
for number, name in enumerate(sys.argv[2:]):
    model = model_of(2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, resource.RLIM_INFINITY))
    try:
        save(model, Path(sys.argv[1], name))
    except OSError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


def test_a_full_disk_leaves_every_kind_of_file(tmp_path):
    for name in NAMES:
        save(model_of(1), tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    code = FULL.format(folder=str(__file__).rpartition("/")[0])
    command = [sys.executable, "-c", code, tmp_path, *NAMES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(NAMES)
    for line, name in zip(lines, NAMES):
        assert f"{name}' was not written: File too large" in line
    assert sorted(tmp_path.rglob("*")) == before
    assert {number_in(tmp_path / name) for name in NAMES} == {1}


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_where_a_file_belongs_and_the_reverse(name, tmp_path):
    path = tmp_path / name
    if name == "m":
        path.write_text("mine")
    else:
        path.mkdir()
        (path / "mine").write_text("mine")
    with pytest.raises(OSError, match=f"{name}'.*choose another name"):
        save(model_of(1), path)
    assert (path if name == "m" else path / "mine").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", NAMES)
def test_links_and_modes_are_kept(name, tmp_path):
    (tmp_path / "far").mkdir()
    target, link = tmp_path / "far" / name, tmp_path / name
    save(model_of(1), target)
    target.chmod(0o700)
    link.symlink_to(target)
    save(model_of(2), link)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o700
    assert number_in(target) == number_in(link) == 2


@pytest.mark.parametrize("ending", [".keras", ".h5", "", ".weights.h5", ".weights.json"])
def test_long_names(ending, tmp_path):
    path = tmp_path / ("n" * 228 + ending)
    for number in (1, 2, 3):
        save(model_of(number), path)
        assert number_in(path) == number


WRITERS = """
import sys
sys.path.insert(0, {folder!r})
from pathlib import Path
from test_where_it_is_written import model_of, save
models = [model_of(int(sys.argv[2]) + i) for i in range(2)]
for i in range(6):
    for name in sys.argv[3:]:
        save(models[i % 2], Path(sys.argv[1], name))
"""


def test_two_writers_of_one_path_leave_one_whole_result(tmp_path):
    code = WRITERS.format(folder=str(__file__).rpartition("/")[0])
    command = [sys.executable, "-c", code, tmp_path]
    writers = [subprocess.Popen([*command, first, *NAMES]) for first in ("10", "20")]
    assert [writer.wait() for writer in writers] == [0, 0]
    for name in NAMES:
        assert number_in(tmp_path / name) in {10, 11, 20, 21}
        save(model_of(3), tmp_path / name)
    assert not list(tmp_path.glob(".*"))

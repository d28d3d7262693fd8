"""What is written is whole or not at all, whoever comes between."""

import errno
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from cornu.engine import atomic
from cornu.engine.atomic import read_whole, recover, replacing, write_text


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    return path


def write_folder(target, text):
    with replacing(target, folder=True) as new:
        new.mkdir()
        (new / "one").write_text(text)
        (new / "two").write_text(text)


def killed(code, *arguments):
    code = "import os, signal, sys; from cornu.engine.atomic import *\n" + code
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_failing_write_leaves_the_old_file_and_no_rest(path):
    expected = r"file\.txt' was not written: disk full.*still there"
    with pytest.raises(OSError, match=expected), replacing(path) as new:
        new.write_text("ne")
        raise OSError("disk full")
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == ["file.txt"]


def test_other_errors_come_through_as_they_are(path):
    with pytest.raises(KeyError, match="mine"), replacing(path):
        raise KeyError("mine")


def test_a_kill_leaves_the_old_file_and_the_next_write_clears_up(path):
    killed(
        "with replacing(sys.argv[1]) as new:\n"
        "    new.write_text('ne'); os.kill(os.getpid(), signal.SIGKILL)",
        path,
    )
    assert path.read_text() == "old"
    assert len(os.listdir(path.parent)) == 2
    write_text(path.with_name("other.txt"), "new")
    assert sorted(os.listdir(path.parent)) == ["file.txt", "other.txt"]


def test_the_workplace_of_a_living_writer_is_left_alone(path):
    with replacing(path) as new:
        new.write_text("slow")
        write_text(path, "quick")
        assert path.read_text() == "quick"
    assert path.read_text() == "slow"
    assert os.listdir(path.parent) == ["file.txt"]


def test_folders_that_only_look_like_workplaces_are_left_alone(path):
    (path.parent / ".cornu-notes").mkdir()
    write_text(path, "new")
    assert (path.parent / ".cornu-notes").is_dir()


def test_a_link_stays_a_link_and_its_file_is_replaced(path, tmp_path):
    (tmp_path / "sub").mkdir()
    link = tmp_path / "sub" / "link.txt"
    link.symlink_to("../file.txt")
    write_text(link, "new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert os.listdir(tmp_path / "sub") == ["link.txt"]


def test_the_mode_is_kept(path):
    path.chmod(0o600)
    write_text(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_modes_of_a_folder_and_its_files_are_kept(tmp_path):
    folder = tmp_path / "folder"
    write_folder(folder, "old")
    folder.chmod(0o700)
    (folder / "one").chmod(0o600)
    write_folder(folder, "new")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "one").stat().st_mode) == 0o600
    assert (folder / "one").read_text() == "new"


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_text("")
    write_text(tmp_path / "ours", "")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_the_longest_names_are_written(tmp_path):
    path = tmp_path / ("n" * 250 + ".txt")
    write_text(path, "one")
    write_text(path, "two")
    assert path.read_text() == "two"


def test_a_name_that_is_too_long_is_named(tmp_path):
    with pytest.raises(OSError, match=r"nnn.*Choose another name") as caught:
        write_text(tmp_path / ("n" * 300), "one")
    assert caught.value.errno == errno.ENAMETOOLONG
    assert not os.listdir(tmp_path)


def test_a_file_where_a_folder_is_and_the_reverse(path, tmp_path):
    with pytest.raises(NotADirectoryError, match=r"file\.txt.*there is a file"):
        write_folder(path, "new")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match=r"folder.*there is a folder"):
        write_text(tmp_path / "folder", "new")
    assert path.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["file.txt", "folder"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder.*absent.*makedirs"):
        write_text(tmp_path / "absent" / "file", "new")


def test_a_device_is_no_file():
    with pytest.raises(OSError, match="device"):
        write_text("/dev/null", "new")


@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="no folder that nobody may write to")
def test_a_folder_that_cannot_be_written_to_is_explained():
    with pytest.raises(PermissionError, match=r"/sys/kernel/file' was not written.*rights"):
        write_text("/sys/kernel/file", "new")


LIMITED = """
import resource, sys
from cornu.engine.atomic import write_bytes
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_bytes(sys.argv[1], b"n" * 5000)
except OSError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_old_file(path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, path], capture_output=True, text=True, check=True
    )
    assert "file.txt' was not written: File too large" in done.stdout
    assert "Free some space" in done.stdout
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == ["file.txt"]


def test_a_folder_is_replaced_without_a_moment_in_which_there_is_none(tmp_path, monkeypatch):
    folder = tmp_path / "folder"
    write_folder(folder, "old")
    steps = []
    monkeypatch.setattr(os, "rename", lambda *names: steps.append(names))
    write_folder(folder, "new")
    assert (folder / "two").read_text() == "new"
    assert not steps
    assert os.listdir(tmp_path) == ["folder"]


TWO_STEPS = """
from cornu.engine import atomic
atomic._exchange = lambda *names: False
rename, left = os.rename, [int(sys.argv[2])]
def counted(*names):
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    rename(*names)
os.rename = counted
with replacing(sys.argv[1], folder=True) as new:
    new.mkdir()
    for name in ("one", "two"):
        (new / name).write_text("new")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("renames", "expected"), [(1, "old"), (2, "new"), (3, "new")])
@pytest.mark.parametrize("comes", ["reader", "writer"])
def test_where_folders_cannot_be_exchanged_the_next_one_finishes(
    renames, expected, comes, tmp_path
):
    folder = tmp_path / "folder"
    write_folder(folder, "old")
    killed(TWO_STEPS, folder, renames)
    if comes == "reader":
        recover(folder)
    else:
        write_text(tmp_path / "other", "")
        assert sorted(os.listdir(tmp_path)) == ["folder", "other"]
    assert {inner.read_text() for inner in folder.iterdir()} == {expected}


def test_a_second_step_that_fails_brings_the_old_folder_back(tmp_path, monkeypatch):
    folder = tmp_path / "folder"
    write_folder(folder, "old")
    rename = os.rename

    def failing(one, other):
        if other == folder and "content" in str(one) and failures:
            raise OSError(failures.pop(), "busy")
        rename(one, other)

    failures = [errno.EBUSY]
    monkeypatch.setattr(atomic, "_exchange", lambda *names: False)
    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(OSError, match="busy"):
        write_folder(folder, "new")
    assert folder.is_dir()
    assert os.listdir(tmp_path) == ["folder"]


WRITER = """
number = 0
while True:
    number += 1
    with replacing(sys.argv[1], folder=True) as new:
        new.mkdir()
        for name in ("one", "two"):
            (new / name).write_text(str(number))
"""


def test_a_reader_beside_a_busy_writer_gets_one_version(tmp_path):
    folder = tmp_path / "folder"
    write_folder(folder, "0")
    code = "import sys; from cornu.engine.atomic import *\n" + WRITER
    writer = subprocess.Popen([sys.executable, "-c", code, folder])
    seen = set()
    try:
        end = time.monotonic() + 20
        while len(seen) < 30 and time.monotonic() < end:
            one, two = read_whole(
                folder, lambda: [(folder / n).read_text() for n in ("one", "two")]
            )
            assert one == two
            seen.add(one)
    finally:
        writer.kill()
        writer.wait()
    assert len(seen) >= 2

"""Saves that are killed: `driver.py FOLDER STRIDE RANDOM_KILLS KIND...` prints JSON of the faults.

For each kind of file an old version is there, and a child that writes a new one is killed at its
n-th step at the file system, for every STRIDE-th n, in the middle of a write too; then at random
moments. Then the file is read, and written again. The children are forked, so each is quick.
"""

import builtins
import contextlib
import io
import json
import os
import random
import shutil
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np

import cornu as keras
from cornu.engine import atomic

warnings.filterwarnings("ignore", message="os.fork")
SHARD = 60 / 1024**3
X, Y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")


def new_model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    model.fit(X, Y, verbose=0)
    return model


def set_to(model, number):
    for variable in (*model.weights, *model.optimizer.variables):
        variable.assign(np.full(variable.shape, number))


def numbers_in(model):
    found = {float(v) for weight in model.get_weights() for v in np.unique(weight)}
    found |= {float(v) for s in model.optimizer.variables for v in np.unique(np.asarray(s))}
    return sorted(found)


MODEL, OTHER = new_model(), new_model()


class Files:
    """Writes a version of a file, and reads it back as the numbers that stand in it."""

    name = "model.keras"
    versions = 1  # that are there at the same time

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / self.name

    def write(self, number):
        set_to(MODEL, number)
        MODEL.save(self.path)

    def belongs(self):
        """What stands in the folder after a save, and nothing else."""
        return None

    def read(self):
        return numbers_in(keras.saving.load_model(self.path))


class Legacy(Files):
    name = "model.h5"


class Weights(Files):
    name = "model.weights.h5"

    def write(self, number):
        set_to(MODEL, number)
        MODEL.save_weights(self.path)

    def read(self):
        set_to(OTHER, 0)
        OTHER.load_weights(self.path)
        return numbers_in(OTHER)


class Sharded(Weights):
    name = "model.weights.json"

    def write(self, number):
        set_to(MODEL, number)
        MODEL.save_weights(self.path, max_shard_size=SHARD)

    def belongs(self):
        index = json.loads(self.path.read_text())
        shards = {name for names in index["weight_map"].values() for name in names}
        return {self.name, "model_00000.weights.h5", *shards}


class Folder(Files):
    name = "model"

    def write(self, number):
        set_to(MODEL, number)
        MODEL.save(self.path, zipped=False)


class FolderInTwoSteps(Folder):
    """As on a system that cannot exchange two folders in one step."""

    def write(self, number):
        exchange, atomic._exchange = atomic._exchange, lambda *names: False
        super().write(number)
        atomic._exchange = exchange


class Checkpoint(Files):
    name = "best.keras"

    def write(self, number):
        set_to(MODEL, number)
        callback = keras.callbacks.ModelCheckpoint(
            self.path, monitor="loss", save_best_only=True, mode="min"
        )
        callback.set_model(MODEL)
        callback.on_train_begin()
        callback.on_epoch_begin(0)
        callback.on_epoch_end(0, {"loss": 0.5})


class Backup(Files):
    name = "backup"
    double = False

    def callback(self):
        made = keras.callbacks.BackupAndRestore(self.path, double_checkpoint=self.double)
        made.set_model(MODEL)
        return made

    def write(self, number):
        set_to(MODEL, number)
        MODEL._position = (1, 0)
        self.callback().on_epoch_end(0, {"loss": 0.5})

    def read(self):
        set_to(MODEL, 0)
        self.callback().on_train_begin()
        return numbers_in(MODEL)


class DoubleBackup(Backup):
    double = True
    versions = 2


class Table(Files):
    """A table of an old run, which a new run of two epochs replaces."""

    name = "log.csv"

    def write(self, number):
        callback = keras.callbacks.CSVLogger(self.path)
        callback.set_model(MODEL)
        callback.on_train_begin()
        for epoch in range(2):
            callback.on_epoch_end(epoch, {"loss": number, "size": number})
        callback.on_train_end()

    def read(self):
        lines = self.path.read_text().splitlines(keepends=True)
        assert lines[0] == "epoch,loss,size,val_loss,val_size\n", lines
        assert 2 <= len(lines) <= 3 and all(line.count(",") == 4 for line in lines), lines
        assert all(line.endswith("\n") for line in lines), lines
        return sorted({float(v) for line in lines[1:] for v in line.split(",")[1:3]})


KINDS = {
    "keras": Files,
    "legacy": Legacy,
    "weights": Weights,
    "sharded": Sharded,
    "folder": Folder,
    "folder in two steps": FolderInTwoSteps,
    "checkpoint": Checkpoint,
    "backup": Backup,
    "double backup": DoubleBackup,
    "table": Table,
}

STEPS = "open mkdir rename replace unlink remove rmdir fsync chmod".split()


class Killer:
    """Ends the process, as a power failure would, at its n-th step at the file system."""

    def __init__(self, at):
        self.left = at

    def step(self):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def install(self, half_writes):
        for name in STEPS:
            setattr(os, name, self.counted(getattr(os, name)))
        atomic._exchange = self.counted(atomic._exchange)
        killer = self

        class CountedFile(io.FileIO):
            def write(self, data):
                if half_writes and killer.left == 0:
                    super().write(bytes(data)[: len(data) // 2])
                killer.step()
                return super().write(data)

        def counted_open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None):
            if isinstance(file, int) or not set(mode) & set("wax+"):
                return plain(file, mode, buffering, encoding, errors, newline)
            killer.step()
            raw = CountedFile(os.fspath(file), mode.replace("b", "").replace("t", ""))
            buffered = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw)
            if "a" in mode:
                buffered.seek(0, os.SEEK_END)
            return (
                buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)
            )

        plain = io.open
        io.open = builtins.open = counted_open

    def counted(self, function):
        def step(*args, **kwargs):
            self.step()
            return function(*args, **kwargs)

        return step


def forked(run, wait=None):
    """The status of a child that runs this; killed after some seconds, if told."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            run()
            code = 0
        os._exit(code)
    if wait is not None:
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def listing(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


class Trial:
    def __init__(self, kind, folder):
        self.kind, self.folder = kind, folder
        self.problems, self.kills, self.seen = [], 0, set()

    def prepared(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        files = KINDS[self.kind](self.folder)
        for _ in range(files.versions):
            files.write(1)
        return files

    def look(self, files, allowed, what):
        self.kills += 1
        try:
            found = files.read()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            self.problems.append(f"{what}: {type(error).__name__}: {str(error)[:300]}")
            return
        if len(found) != 1 or found[0] not in allowed:
            self.problems.append(f"{what}: found {found}")
        self.seen.add(found[0])
        files.write(3)
        if files.read() != [3.0]:
            self.problems.append(f"{what}: the next save is not there")
        if listing(self.folder) != sorted(files.belongs() or self.clean):
            self.problems.append(f"{what}: left behind: {listing(self.folder)}")

    def at_steps(self, stride):
        for at in range(1000 * stride)[random.Random(self.kind).randrange(stride) :: stride]:
            files = self.prepared()
            self.clean = listing(self.folder)

            def run(files=files, at=at):
                Killer(at).install(half_writes=self.kind != "table")
                files.write(2)

            status = forked(run)
            if status == 0:
                return
            if os.WTERMSIG(status) != signal.SIGKILL:
                self.problems.append(f"step {at}: the writer ended with {status}")
                return
            self.look(files, {1.0, 2.0}, f"step {at}")

    def at_random(self, count, seed):
        chance = random.Random(seed)
        for number in range(count):
            files = self.prepared()
            start = chance.randrange(100, 200)

            def run(files=files, start=start):
                for value in range(start, start + 1000):
                    files.write(value)

            wait = chance.uniform(0, 0.15)
            forked(run, wait)
            allowed = {1.0, *map(float, range(start, start + 1000))}
            self.look(files, allowed, f"random kill {number} after {wait:.4f} s")


def main():
    folder, stride, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    found = {}
    for kind in sys.argv[4:]:
        trial = Trial(kind, folder / kind)
        trial.at_steps(stride)
        trial.at_random(count, seed=kind)
        found[kind] = {"problems": trial.problems, "kills": trial.kills, "seen": len(trial.seen)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()

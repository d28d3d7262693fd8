"""Each fold has callbacks of its own, which write to places of their own."""

from pathlib import Path

import pytest

import cornu as keras
from cornu.model_selection.cross_validation.callbacks import callbacks_of_fold


def test_callbacks_are_copied_without_the_model_they_saw_last():
    stop = keras.callbacks.EarlyStopping("loss", patience=3)
    stop.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    (copy,) = callbacks_of_fold([stop], 1)
    assert copy is not stop
    assert (copy.patience, copy.model) == (3, None)
    assert stop.model is not None


def test_files_get_a_folder_for_each_fold(tmp_path):
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "best-{epoch:02d}.keras")
    table = keras.callbacks.CSVLogger(str(tmp_path / "history.csv"))
    copies = callbacks_of_fold([checkpoint, table], 2)
    assert copies[0].filepath == str(tmp_path / "fold_2" / "best-{epoch:02d}.keras")
    assert copies[1].filename == str(tmp_path / "fold_2" / "history.csv")
    assert (tmp_path / "fold_2").is_dir()
    assert checkpoint.filepath == str(tmp_path / "best-{epoch:02d}.keras")


def test_the_number_takes_the_place_of_fold_in_a_path(tmp_path):
    table = keras.callbacks.CSVLogger(str(tmp_path / "history_{fold}.csv"))
    assert callbacks_of_fold(table, 3)[0].filename == str(tmp_path / "history_3.csv")


def test_folders_get_one_of_their_own():
    board = keras.callbacks.TensorBoard("logs")
    backup = keras.callbacks.BackupAndRestore("backup")
    copies = callbacks_of_fold([board, backup], 1)
    assert Path(copies[0].log_dir) == Path("logs/fold_1")
    assert copies[1].backup_dir == Path("backup/fold_1")


def test_a_function_makes_callbacks_from_the_number_of_the_fold():
    made = callbacks_of_fold(lambda fold: [keras.callbacks.CSVLogger(f"{fold}.csv")], 4)
    assert made[0].filename == "4.csv"


def test_what_is_no_callback_is_refused():
    with pytest.raises(TypeError, match="EarlyStopping"):
        callbacks_of_fold([keras.callbacks.EarlyStopping], 1)

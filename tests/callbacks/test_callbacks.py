"""What each callback writes, sends and refuses."""

import http.server
import threading
import warnings

import ml_dtypes
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

import cornu as keras
from cornu.callbacks.snapshot_file import read_snapshot, write_snapshot

X = np.linspace(-1, 1, 42, dtype="float32").reshape(21, 2)
Y = X.sum(1, keepdims=True)


def compiled_model(**settings):
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, name="d")])
    model.compile(keras.optimizers.SGD(0.1, **settings), "mse", metrics=["mae"])
    return model


def fit(callbacks, model=None, x=X, **settings):
    settings = {"batch_size": 3, "epochs": 2, "verbose": 0, **settings}
    return (model or compiled_model()).fit(x, Y, callbacks=callbacks, **settings)


def tags(folder):
    return {
        (value.tag, event.step)
        for file in folder.iterdir()
        for event in EventFileLoader(str(file)).Load()
        for value in event.summary.value
    }


def test_tensorboard_writes_values_weights_graph_and_speed(tmp_path):
    board = keras.callbacks.TensorBoard(
        tmp_path, histogram_freq=1, write_images=True, write_steps_per_second=True, update_freq=2
    )
    assert board.log_dir == str(tmp_path)
    fit([board], validation_data=(X, Y))
    train = tags(tmp_path / "train")
    assert {("epoch_loss", 0), ("epoch_mae", 1), ("keras", 0)} <= train
    assert {step for tag, step in train if tag == "batch_loss"} == {2, 4, 6, 8, 10, 12, 14}
    names = {tag for tag, _ in train}
    assert {"epoch_steps_per_second", "batch_steps_per_second"} <= names
    assert any(tag.endswith("kernel/histogram") for tag in names)
    assert {("epoch_loss", 0), ("evaluation_loss_vs_iterations", 7)} <= tags(
        tmp_path / "validation"
    )


def test_tensorboard_names_the_options_it_does_not_have():
    with pytest.raises(ValueError, match="embeddings_freq=1"):
        keras.callbacks.TensorBoard(embeddings_freq=1)
    with pytest.raises(ValueError, match="update_freq must be"):
        keras.callbacks.TensorBoard(update_freq="often")


def test_nan_loss_ends_the_training(capsys):
    history = fit([keras.callbacks.TerminateOnNaN()], x=X * np.nan, epochs=5)
    assert history.epoch == [0]
    assert "training ends" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match="loss is nan"):
        fit([keras.callbacks.TerminateOnNaN(raise_error=True)], x=X * np.nan)


@pytest.mark.parametrize("callback", [keras.callbacks.EarlyStopping])
def test_a_missing_value_is_warned_of_once_with_what_there_is(callback):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit([callback()])
    messages = [str(w.message) for w in caught if "val_loss" in str(w.message)]
    assert len(messages) == 1
    assert "Available are: loss, mae" in messages[0]


def test_a_direction_that_nobody_knows_is_asked_for():
    with pytest.raises(ValueError, match="Pass mode='max' or mode='min'"):
        fit([keras.callbacks.EarlyStopping("charm")])


def test_accuracy_is_better_if_higher():
    stop = keras.callbacks.EarlyStopping("val_my_acc")
    stop.find_direction()
    assert stop.monitor_op is np.greater


def test_averages_stand_in_for_the_weights_in_evaluation_only():
    model = compiled_model(use_ema=True, ema_momentum=0.5)
    seen = {}

    def remember(name):
        return lambda logs: seen.update({name: model.get_weights()[0].copy()})

    watch = keras.callbacks.LambdaCallback(
        on_test_begin=remember("in test"), on_train_end=remember("after")
    )
    before = keras.callbacks.LambdaCallback(on_test_begin=remember("before test"))
    swap = keras.callbacks.SwapEMAWeights()
    fit([before, swap, watch], model, validation_data=(X, Y))
    assert not np.array_equal(seen["before test"], seen["in test"])
    assert np.array_equal(seen["in test"], seen["after"])  # fit ends with the averages
    with pytest.raises(ValueError, match="use_ema=True"):
        fit([keras.callbacks.SwapEMAWeights()], validation_data=(X, Y))


def test_remote_monitor_posts_each_epoch():
    bodies = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("localhost", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://localhost:{server.server_port}"
        keras.callbacks.RemoteMonitor(root, send_as_json=True).on_epoch_end(0, {"loss": 1.5})
        keras.callbacks.RemoteMonitor(root).on_epoch_end(1, {"loss": np.float32(0.5)})
        server.shutdown()
    assert bodies == [
        ("/publish/epoch/end/", b'{"epoch": 0, "loss": 1.5}'),
        ("/publish/epoch/end/", b"data=%7B%22epoch%22%3A+1%2C+%22loss%22%3A+0.5%7D"),
    ]
    with pytest.warns(UserWarning, match="could not reach"):
        keras.callbacks.RemoteMonitor(root).on_epoch_end(1, {"loss": 0.5})


def test_snapshots_come_back_as_they_were(tmp_path):
    arrays = {
        "bfloat16": np.arange(3).astype(ml_dtypes.bfloat16),
        "scalar": np.float64(0.1),
        "empty": np.zeros((0, 2), "int8"),
        "turned": np.arange(6).reshape(2, 3).T,
    }
    plain = {"big": 2**100, "nan": float("inf"), "none": None, "nested": [(1, "a"), {"b": True}]}
    write_snapshot(tmp_path / "s.npz", {"arrays": arrays, "plain": plain})
    back = read_snapshot(tmp_path / "s.npz")
    assert back["plain"] == plain
    for name, array in arrays.items():
        assert back["arrays"][name].dtype == array.dtype
        np.testing.assert_array_equal(back["arrays"][name], array)
    assert [path.name for path in tmp_path.iterdir()] == ["s.npz"]


def test_what_a_snapshot_cannot_hold_is_named_and_leaves_the_old_one(tmp_path):
    write_snapshot(tmp_path / "s.npz", {"a": 1})
    with pytest.raises(TypeError, match=r"snapshot\['a'\]\[1\], of type set"):
        write_snapshot(tmp_path / "s.npz", {"a": [1, {2}]})
    assert read_snapshot(tmp_path / "s.npz") == {"a": 1}


def test_a_damaged_backup_is_refused_or_the_one_before_it_used(tmp_path):
    backup = keras.callbacks.BackupAndRestore(tmp_path, double_checkpoint=True)
    write_snapshot(backup.latest, {"epoch": 1})
    content = backup.latest.read_bytes()
    backup.latest.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="Delete it to start from the beginning"):
        backup.read()
    backup.previous.write_bytes(content)
    with pytest.warns(UserWarning, match="backup before it is used"):
        assert backup.read() == {"epoch": 1}


def test_a_pickle_in_the_place_of_a_backup_is_not_loaded(tmp_path):
    np.savez(tmp_path / "latest.npz", header=np.array([print], dtype=object))
    with pytest.raises(ValueError, match="cannot be read"):
        keras.callbacks.BackupAndRestore(tmp_path).read()


def test_a_finished_run_leaves_no_backup_unless_told_to(tmp_path):
    fit([keras.callbacks.BackupAndRestore(tmp_path / "a")])
    assert not (tmp_path / "a").exists()
    fit([keras.callbacks.BackupAndRestore(tmp_path / "b", delete_checkpoint=False)])
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["latest.npz"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda c: c.ModelCheckpoint("a.txt"), r"must end in \.keras"),
        (lambda c: c.ModelCheckpoint("a.h5", save_weights_only=True), r"\.weights\.h5"),
        (lambda c: c.ModelCheckpoint("a.keras", save_freq=0), "save_freq must be"),
        (lambda c: c.BackupAndRestore(""), "backup_dir is empty"),
        (lambda c: c.BackupAndRestore("b", save_freq="x"), "save_freq must be"),
        (lambda c: c.ReduceLROnPlateau(factor=1.0), "factor must be below 1"),
        (lambda c: c.RemoteMonitor(root="file:///"), "root must start with"),
    ],
)
def test_wrong_settings_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make(keras.callbacks)

"""The list of callbacks: who is called, how often, in which order; lazy logs."""

import copy
import json
import pickle

import jax.numpy as jnp
import pytest

from cornu import callbacks as C
from cornu.training.logs import Logs, as_logs


class EveryBatch(C.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class EveryTenth(EveryBatch):
    batch_interval = 10


class EveryFourth(EveryBatch):
    batch_interval = 4


class EveryOldStyle(C.Callback):
    def on_batch_begin(self, batch, logs=None):
        pass


class TestBatches(C.Callback):
    __test__ = False

    def on_test_batch_end(self, batch, logs=None):
        pass


@pytest.mark.parametrize(
    ("callbacks", "interval"),
    [
        ([], None),
        ([C.Callback(), C.History(), C.ProgbarLogger(), C.TerminateOnNaN()], None),
        ([EveryTenth()], 10),
        ([EveryTenth(), EveryFourth()], 2),
        ([EveryTenth(), EveryBatch()], 1),
        ([EveryOldStyle()], 1),
        ([C.LambdaCallback(on_train_batch_end=lambda batch, logs: None)], 1),
        ([C.LambdaCallback(on_epoch_end=lambda epoch, logs: None)], None),
        ([C.BackupAndRestore("backup", save_freq=6), EveryFourth()], 2),
        ([C.ModelCheckpoint("a.keras"), C.EarlyStopping(), C.TensorBoard()], None),
        ([C.ModelCheckpoint("a.keras", save_freq=8)], 4),
        ([C.TensorBoard(update_freq="batch")], 1),
        ([C.CallbackList([EveryTenth()])], 10),
    ],
)
def test_batch_hooks_are_asked_for_no_oftener_than_needed(callbacks, interval):
    assert C.CallbackList(callbacks, steps=12).batch_interval() == interval


def test_only_a_callback_that_watches_test_batches_asks_for_them():
    assert not C.CallbackList([EveryBatch(), C.ProgbarLogger()]).needs_test_batches()
    assert C.CallbackList([TestBatches()]).needs_test_batches()
    assert not C.CallbackList([TestBatches()]).needs_predict_batches()


def test_a_class_in_the_place_of_an_object_is_named():
    with pytest.raises(TypeError, match=r"Write EarlyStopping\("):
        C.CallbackList([C.EarlyStopping])
    with pytest.raises(TypeError, match="type int"):
        C.CallbackList([3])


def test_history_and_progress_stand_behind_the_users_callbacks_and_the_backup_last():
    backup, own = C.BackupAndRestore("backup"), C.Callback()
    made = C.CallbackList([backup, own], add_history=True, add_progbar=True).callbacks
    assert made[0] is own
    assert [type(callback) for callback in made[1:3]] == [C.History, C.ProgbarLogger]
    assert made[3] is backup


def test_what_a_callback_adds_to_the_logs_reaches_the_history():
    add = C.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(extra=jnp.asarray(2.0)))
    made = C.CallbackList([add], add_history=True)
    made.on_epoch_end(0, {"loss": jnp.asarray(0.5)})
    assert made.history.history == {"loss": [0.5], "extra": [2.0]}


def test_states_go_to_callbacks_of_the_same_class_and_number():
    first, second = C.EarlyStopping("a"), C.EarlyStopping("b")
    first.wait, second.wait = 1, 2
    state = C.CallbackList([first, C.Callback(), second]).get_state()
    fresh = [C.EarlyStopping("a"), C.EarlyStopping("b")]
    C.CallbackList(fresh).set_state(state)
    assert [callback.wait for callback in fresh] == [1, 2]


@pytest.mark.parametrize(
    "look",
    [
        dict,
        lambda logs: {**logs},
        lambda logs: json.loads(json.dumps(logs)),
        lambda logs: pickle.loads(pickle.dumps(logs)),
        copy.copy,
        copy.deepcopy,
        lambda logs: logs.copy(),
        lambda logs: logs | {},
        lambda logs: dict(logs.items()),
        lambda logs: dict(zip(logs, logs.values())),
        lambda logs: {name: logs[name] for name in logs},
        lambda logs: {name: logs.get(name) for name in logs},
        lambda logs: eval(repr(logs)),
    ],
)
def test_every_way_to_look_at_logs_shows_floats(look):
    seen = look(Logs({"loss": jnp.asarray(0.5), "note": "a"}))
    assert seen == {"loss": 0.5, "note": "a"}
    assert type(seen["loss"]) is float


def test_passing_logs_on_does_not_look_at_them():
    logs = as_logs({"b": jnp.asarray(1.0), "a": jnp.asarray(2.0)})
    C.CallbackList([C.ProgbarLogger(), C.History()], verbose=0).on_epoch_begin(0, logs)
    history = C.History()
    history.on_epoch_end(0, logs)
    assert set(logs) == {"a", "b"}
    assert not logs.settled
    assert history.history == {"a": [2.0], "b": [1.0]}
    assert logs.settled

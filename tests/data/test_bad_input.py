"""Bad data end in one clear error, and what was trained stays."""

import signal

import numpy as np
import pytest

import cornu as keras
from cornu.data import make_feed
from cornu.training.steps.programs import program_of

X, Y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")


def generator(*batches):
    """A generator of these batches; an exception among them is raised."""
    for batch in batches:
        if isinstance(batch, BaseException):
            raise batch
        yield batch


@pytest.fixture(scope="module")
def compiled_model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="head")])
    model.compile("sgd", "mse")
    return model


# Which batches come, and what the message must say about the second one.
BATCHES = {
    "None": (None, ["Batch 1 of epoch 1", "is None"]),
    "no inputs": ((None, Y), ["Batch 1 of epoch 1", "without inputs"]),
    "a scalar": (3.0, ["x in batch 1", "single value 3.0"]),
    "a pair of scalars": ((1.0, 2.0), ["single value 1.0", "batch them first"]),
    "text": ((X, "label"), ["y in batch 1", "'label'"]),
    "bytes of a record": (b"record", ["x in batch 1", "parse them"]),
    "no targets": ((X,), ["another structure", "y: float32 (4, 1)"]),
    "a dict": (({"a": X}, Y), ["another structure", "x['a']: float32 (4, 3)"]),
    "another rank": ((X[..., None], Y), ["another structure", "(4, 3, 1)", "(4, 3)"]),
    "strings for numbers": ((X.astype(str), Y), ["another structure", "x: str"]),
    "another length of y": ((X, Y[:2]), ["x has 4, y has 2", "batch 1 of epoch 1"]),
    "no samples": ((X[:0], Y[:0]), ["Batch 1 of epoch 1", "holds no samples"]),
    "too many parts": ((X, Y, Y, Y), ["a tuple of 4 parts"]),
    "ragged lists": (([[1.0], [1.0, 2.0]], Y), ["differ in length"]),
    "dates": ((X.astype("datetime64[s]"), Y), ["dates or times"]),
}


@pytest.mark.parametrize("case", BATCHES)
def test_a_bad_second_batch_is_named(case):
    batch, messages = BATCHES[case]
    feed = make_feed(generator((X, Y), batch))
    with pytest.raises(ValueError) as caught:
        list(feed.batches(0))
    said = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    assert [m for m in messages if m not in said] == []


# Arguments of fit, and what the message must say.
ARGUMENTS = {
    "no data": ({"x": None}, ["NoneType"]),
    "empty arrays": ({"x": X[:0], "y": Y[:0]}, ["no samples"]),
    "empty generator": ({"x": generator()}, ["gave no batch"]),
    "y shorter than x": ({"x": X, "y": Y[:3]}, ["x has 4, y has 3"]),
    "weights shorter than x": ({"x": X, "y": Y, "sample_weight": Y[:3]}, ["sample_weight has 3"]),
    "y beside a generator": ({"x": generator((X, Y)), "y": Y}, ["y cannot be passed"]),
    "split of a generator": (
        {"x": generator((X, Y)), "validation_split": 0.5},
        ["validation_split needs arrays", "validation_data"],
    ),
    "dates": ({"x": X.astype("datetime64[D]"), "y": Y}, ["x holds dates", "timedelta64"]),
    "records": ({"x": np.zeros(4, [("a", "f4")]), "y": Y}, ["records", "'a'"]),
    "masked values": ({"x": np.ma.masked_equal(X, 1), "y": Y}, ["12 masked values", "filled"]),
    "objects": ({"x": np.array([1, {}], object), "y": Y[:2]}, ["not all numbers", "dict"]),
    "wrong number of features": ({"x": X[:, :2], "y": Y}, ["head", "size 3", "(4, 2)"]),
    "validation data of another structure": (
        {"x": X, "y": Y, "validation_data": (X[:, :2], Y)},
        ["head", "size 3", "(4, 2)"],
    ),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_bad_arguments_of_fit_are_named(compiled_model, case):
    arguments, messages = ARGUMENTS[case]
    with pytest.raises(ValueError) as caught:
        compiled_model.fit(**arguments, verbose=0)
    assert [m for m in messages if m not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 3, 1, 1], "class indices from 0 to 3, but 'head' has 3 output.*4 units"),
        ([0, -1, 1, 1], "from -1 to 1.*ignore_class"),
    ],
)
def test_class_indices_beyond_the_outputs_are_named(labels, message):
    head = keras.layers.Dense(3, activation="softmax", name="head")
    model = keras.Sequential([keras.Input((3,)), head])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match=message):
        model.fit(X, np.array(labels), verbose=0)


class Endings(keras.callbacks.Callback):
    """Remembers how the training ended."""

    def __init__(self):
        super().__init__()
        self.endings = []

    def on_train_end(self, logs=None):
        self.endings.append("end")

    def on_train_abort(self):
        self.endings.append("abort")


@pytest.mark.parametrize("error", [KeyError("broken file"), KeyboardInterrupt()])
def test_an_error_in_the_second_epoch_keeps_what_was_trained(compiled_model, error, tmp_path):
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    log = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    ending = Endings()
    before = compiled_model.get_weights()[0]
    with pytest.raises(type(error)) as caught:
        compiled_model.fit(
            generator((X, Y), (X, Y), (X, Y), error),
            steps_per_epoch=2,
            epochs=3,
            verbose=0,
            callbacks=[ending, log, backup],
        )
    assert any("fit was in epoch 2, after 1 of its steps" in n for n in caught.value.__notes__)
    assert ending.endings == ["abort"]
    assert log.csv_file is None
    assert (tmp_path / "log.csv").read_text().count("\n") == 2
    assert list((tmp_path / "backup").iterdir())
    assert len(compiled_model.history.history["loss"]) == 1
    assert not np.array_equal(compiled_model.get_weights()[0], before)


def test_the_traceback_of_a_generator_is_kept(compiled_model):
    with pytest.raises(KeyError) as caught:
        compiled_model.fit(generator((X, Y), KeyError("broken")), verbose=0)
    assert "generator" in [entry.name for entry in caught.traceback]
    assert "reading batch 1 of epoch 1 from the generator" in caught.value.__notes__[0]


@pytest.fixture
def interrupts():
    """Python's own handling, also where the tests run with interrupts ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_inside_a_step_waits_for_its_end(compiled_model):
    program = program_of(compiled_model, "train")
    compiled_model.fit(X, Y, verbose=0)
    one = program._one

    class Interrupted:
        trace = one.trace

        def __call__(self, *args):
            result = one(*args)
            signal.raise_signal(signal.SIGINT)
            return result

    program._one = Interrupted()
    try:
        with pytest.raises(KeyboardInterrupt):
            compiled_model.fit(generator((X, Y), (X, Y)), verbose=0)
    finally:
        program._one = one
    assert np.isfinite(compiled_model.predict(X, verbose=0)).all()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_generator_that_runs_dry_ends_the_training_with_a_warning(compiled_model):
    with pytest.warns(UserWarning, match="ran out in epoch 1 of 3"):
        history = compiled_model.fit(generator((X, Y), (X, Y)), epochs=3, verbose=0)
    assert len(history.epoch) == 1


def test_a_generator_that_ends_between_two_epochs_is_noticed_before_the_next(compiled_model):
    batches = [(X, Y)] * 4
    with pytest.warns(UserWarning, match="ran out in epoch 2 of 3"):
        history = compiled_model.fit(iter(batches), epochs=3, steps_per_epoch=2, verbose=0)
    assert history.epoch == [0, 1]


def test_no_batch_is_read_that_no_epoch_needs(compiled_model):
    read = []
    source = (read.append(i) or (X, Y) for i in range(10))
    compiled_model.fit(source, epochs=2, steps_per_epoch=2, verbose=0)
    assert read == [0, 1, 2, 3]
    compiled_model.fit(source, epochs=1, steps_per_epoch=2, verbose=0)
    assert read == [0, 1, 2, 3, 4, 5]

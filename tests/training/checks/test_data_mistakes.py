"""What users pass as data by mistake is named, with what was expected and what to do."""

import re

import numpy as np
import pytest

import cornu as keras
from cornu import layers

X, Y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
OBJECTS = np.empty(8, object)
OBJECTS[:] = [[1, 2]] * 8


def model():
    made = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def fit(x, y=Y, **arguments):
    model().fit(x, y, verbose=0, **arguments)


def pairs():
    yield X, Y


class Batches(keras.utils.PyDataset):
    def __init__(self, length=2, batch=(X, Y)):
        super().__init__()
        self.length, self.batch = length, batch

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return self.batch


class OnTheDevice:
    """An array that gives its values to nobody, as those of CuPy do."""

    shape, dtype = (8, 2), np.dtype("float32")

    def __array__(self, *args, **kwargs):
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")


MISTAKES = {
    "ragged inputs": (lambda: fit([[1, 2], [3]] * 4), "x is a list whose items differ in length"),
    "ragged targets": (lambda: fit(X, [[1], [1, 2]] * 4), "y is a list whose items differ"),
    "ragged inputs of one batch": (
        lambda: model().train_on_batch([[1, 2], [3]], [[1], [2]]),
        "x is a list whose items differ in length",
    ),
    "ragged inputs of a generator": (
        lambda: fit(iter([([[1, 2], [3]], [[1], [2]])]), None),
        "x in the first batch from the list_iterator is a list whose items differ",
    ),
    "lists in an array of objects": (lambda: fit(OBJECTS), "such as [1, 2] of type list"),
    "None among numbers": (lambda: fit([[1, None]] * 8), "x is a list that holds None"),
    "lists of None": (lambda: fit(X, Y, sample_weight=[None] * 8), "a list of 8 times None"),
    "nothing": (lambda: fit(None, None), "x is of type NoneType, which is no data"),
    "an empty list": (lambda: fit([], []), "x is an empty list, so there is no data"),
    "a file name": (lambda: fit("data.csv"), "x is of type str, which is no data"),
    "a class": (lambda: fit(Batches, None), "x is the class Batches itself"),
    "a generator function": (lambda: fit(pairs, None), "call it to get its generator, pairs()"),
    "a symbolic tensor": (lambda: fit(keras.Input((2,))), "x is a symbolic tensor"),
    "inputs and targets as one": (lambda: model().fit((X, Y)), "x is a tuple of 2 arrays, but"),
    "a pair to predict": (lambda: model().predict((X, Y)), "to `predict` only x"),
    "a list of samples": (lambda: fit(list(X)), "make one array of it: numpy.stack(x)"),
    "a list of arrays of one number": (
        lambda: fit(X, [np.array(1.0)] * 8),
        "make an array of the list: numpy.array(...)",
    ),
    "one number as targets": (lambda: fit(X, 1.0), "y is the single number 1.0; it must be an"),
    "one number as weights": (
        lambda: fit(X, Y, sample_weight=2.0),
        "sample_weight is the single number 2.0; it must be an array",
    ),
    "weights by class as weights of samples": (
        lambda: fit(X, Y, sample_weight={0: 1.0, 1: 2.0}),
        "weights by class are passed as class_weight",
    ),
    "balanced as weights of samples": (
        lambda: fit(X, Y, sample_weight="balanced"),
        "sample_weight='balanced' is a string",
    ),
    "too few weights": (
        lambda: model().train_on_batch(X, Y, sample_weight=np.ones(4)),
        "sample_weight has 4",
    ),
    "too few weights in a stream": (
        lambda: fit(iter([(X, Y, np.ones(4))]), None),
        "x has 8, y has 8, sample_weight has 4",
    ),
    "a share as validation_data": (
        lambda: fit(X, Y, validation_data=0.2),
        "a fraction of x is passed as validation_split",
    ),
    "a length with a fraction": (lambda: fit(Batches(2.5), None), "`__len__` must return an int"),
    "a data set of nothing": (lambda: fit(Batches(0), None), "the Batches holds no batches"),
    "batches of None": (lambda: fit(Batches(batch=None), None), "is None, without inputs"),
    "samples for batches": (
        lambda: fit(Batches(batch=(X[0], Y[0, 0])), None),
        "batch them first",
    ),
    "no batch": (lambda: model().train_on_batch(None), "x is of type NoneType, which is no data"),
    "an array nobody can read": (
        lambda: fit(OnTheDevice()),
        "gives its values neither to NumPy nor by DLPack",
    ),
}


@pytest.mark.parametrize("act, said", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_named(act, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        act()


def test_floats_too_large_are_told_as_what_they_become():
    with pytest.warns(UserWarning, match="because x holds infinite values in 8 of 8") as found:
        fit(np.full((8, 2), 1e300))
    assert len(found) == 1


def test_inputs_beyond_32_bits_give_one_warning():
    with pytest.warns(UserWarning, match="x holds whole numbers from 1099511627776") as found:
        fit(np.full((8, 2), 2**40) * (np.arange(2) + 1), epochs=2)
    assert len(found) == 1


def test_numbers_in_lists_are_a_batch():
    assert model().train_on_batch([[1, 2], [3, 4]], [[1], [2]]) >= 0


class ByDLPack:
    """A tensor of another library, which NumPy reads by DLPack only."""

    def __init__(self, values):
        self.values = values
        self.shape, self.dtype = values.shape, "float32"

    def __len__(self):
        return len(self.values)

    def __dlpack__(self, **arguments):
        return self.values.__dlpack__(**arguments)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()


class LikeTorch:
    """A tensor with a gradient: NumPy reads it only when it is detached and on the host."""

    def __init__(self, values, ready=False):
        self.values, self.ready = values, ready
        self.shape, self.dtype = values.shape, "torch.float32"

    def __len__(self):
        return len(self.values)

    def __array__(self, *args, **kwargs):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def detach(self):
        return LikeTorch(self.values, ready=True)

    def cpu(self):
        return self

    def numpy(self):
        assert self.ready
        return self.values


@pytest.mark.parametrize("tensor", [ByDLPack, LikeTorch])
class TestTensorsOfOtherLibraries:
    def test_as_arrays(self, tensor):
        made = model()
        made.fit(tensor(X), tensor(Y), verbose=0)
        expected = made.predict(X, verbose=0)
        np.testing.assert_array_equal(made.predict(tensor(X), verbose=0), expected)

    def test_in_batches(self, tensor):
        made = model()
        made.fit(iter([(tensor(X), tensor(Y), tensor(Y[:, 0]))]), verbose=0)
        made.train_on_batch(tensor(X), tensor(Y))

    def test_out_of_a_step_of_a_data_set(self, tensor):
        data = keras.data.Dataset.from_tensor_slices((X, Y)).batch(4)
        model().fit(data.map(lambda x, y: (tensor(x), tensor(y))), verbose=0)

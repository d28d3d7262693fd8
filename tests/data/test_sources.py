"""Data sets of other libraries."""

import numpy as np
import pytest

from cornu.data import make_feed

ROWS = np.arange(12.0, dtype="float32").reshape(6, 2)
LABELS = np.arange(6)


def firsts(feed, epoch=0, start=0):
    found = [int(np.asarray(y).ravel()[0]) for _, y, _ in feed.batches(epoch, start)]
    feed.close()
    return found


@pytest.fixture
def grain():
    return pytest.importorskip("grain", reason="Grain is not installed")


def grain_pairs(grain):
    return grain.MapDataset.source([(ROWS[i], LABELS[i]) for i in range(6)])


def test_grain_map_data_sets(grain):
    feed = make_feed(grain_pairs(grain).batch(2))
    assert feed.steps == 3
    assert feed.peek()[0].shape == (2, 2)
    assert [firsts(feed), firsts(feed, 1, start=1)] == [[0, 2, 4], [2, 4]]


def test_endless_grain_data_sets_need_steps(grain):
    feed = make_feed(grain_pairs(grain).repeat().batch(2), steps=4)
    assert [firsts(feed, 0), firsts(feed, 1)] == [[0, 2, 4, 0], [2, 4, 0, 2]]


def test_grain_streams_and_loaders(grain):
    stream = grain_pairs(grain).to_iter_dataset().batch(2)
    loader = grain.DataLoader(
        data_source=[(ROWS[i], LABELS[i]) for i in range(6)],
        sampler=grain.samplers.SequentialSampler(6, grain.sharding.NoSharding()),
        operations=[grain.transforms.Batch(2)],
    )
    for data in (stream, loader):
        feed = make_feed(data, class_weight={1: 5.0})
        assert [firsts(feed), firsts(feed, 1, start=2)] == [[0, 2, 4], [4]]
        assert feed.peek()[2].tolist() == [1.0, 5.0]


@pytest.fixture
def hugging_face():
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    return datasets.Dataset.from_dict({"pixels": ROWS.tolist(), "label": LABELS.tolist()})


def test_hugging_face_data_sets_are_tables_read_by_batch(hugging_face):
    feed = make_feed(
        hugging_face.select_columns(["pixels"]),
        hugging_face["label"],
        batch_size=4,
        class_weight={0: 3.0},
        shuffle=False,
    )
    x, y, weight = feed.peek()
    assert (x["pixels"].shape, x["pixels"].dtype) == ((4, 2), np.float32)
    assert (y.tolist(), weight.tolist()) == ([0, 1, 2, 3], [3.0, 1.0, 1.0, 1.0])
    assert firsts(feed) == [0, 4]


def test_hugging_face_data_sets_are_shuffled(hugging_face):
    feed = make_feed(hugging_face["pixels"], hugging_face["label"], batch_size=6, seed=1)
    x, y, _ = next(feed.batches(0))
    np.testing.assert_array_equal(x, ROWS[y])
    assert y.tolist() != LABELS.tolist()
    feed.close()


def test_hugging_face_streams_of_batches(hugging_face):
    stream = hugging_face.to_iterable_dataset().batch(4)
    batches = [x for x, _, _ in make_feed(stream).batches(0)]
    assert [x["pixels"].shape for x in batches] == [(4, 2), (2, 2)]


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="torch is not installed")


def test_torch_data_sets_and_loaders(torch):
    samples = torch.utils.data.TensorDataset(torch.tensor(ROWS), torch.tensor(LABELS))
    loader = torch.utils.data.DataLoader(samples, batch_size=4)
    assert firsts(make_feed(loader)) == [0, 4]
    feed = make_feed(samples, batch_size=4, seed=2)
    found = [(x, y) for x, y, _ in feed.batches(0)]
    feed.close()
    assert [len(y) for _, y in found] == [4, 2]
    np.testing.assert_array_equal(found[0][0], ROWS[found[0][1]])
    with pytest.raises(ValueError, match="whose samples hold them"):
        make_feed(samples, LABELS)


def test_tensorflow_data_sets():
    tensorflow = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    data = tensorflow.data.Dataset.from_tensor_slices((ROWS, LABELS))
    feed = make_feed(data.batch(4), class_weight={0: 2.0})
    assert (feed.steps, firsts(feed), firsts(feed, 1)) == (2, [0, 4], [0, 4])
    assert feed.peek()[2].tolist() == [2.0, 1.0, 1.0, 1.0]
    assert make_feed(data.repeat().batch(4)).steps is None
    with pytest.raises(ValueError, match="first axis must count the samples"):
        make_feed(data.map(lambda x, y: (x[0], y))).peek()

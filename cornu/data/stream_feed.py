"""`StreamFeed`: batches that come ready-made from a data set, a generator or any iterable."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from cornu.data.base_feed import Feed, check_weights, drawn_seed, warn_out_of_data
from cornu.data.batch_check import BatchCheck
from cornu.data.class_weights import ClassWeights, as_class_weights
from cornu.data.random_state import random_state, set_random_state
from cornu.data.read_ahead import END, Ahead, Reader
from cornu.data.sources.kinds import as_source


class StreamFeed(Feed):
    """Batches that a source gives: a `PyDataset`, a generator, or any iterable of batches.

    A batch is `x`, `(x, y)` or `(x, y, sample_weight)`. With `steps`, an epoch goes on where the
    one before it stopped; when the source ends, the epoch ends early, with a warning. The next
    batches are read in a thread of the feed's own while the model works.

    Args:
        source: `PyDataset`, generator, torch `DataLoader`, `tf.data.Dataset`, Grain data set, or
            anything else that can be iterated over.
        shuffle: whether to read the batches of a `PyDataset` in a new order in each pass.
        class_weight: weights by class, see `cornu.data.class_weights.ClassWeights`; or None.
            Balanced ones cost a pass over the source, which must be able to give another.
        steps: batches in an epoch; a whole pass by default.
        seed: makes the order reproducible; random by default.

    Attributes:
        steps: batches in an epoch, None if unknown.

    >>> from cornu.data import StreamFeed
    >>> feed = StreamFeed((np.full(2, i) for i in range(3)))
    >>> [x.tolist() for x, y, sample_weight in feed.batches(epoch=0)]
    [[0, 0], [1, 1], [2, 2]]
    """

    def __init__(
        self,
        source: Any,
        shuffle: bool = False,
        class_weight: Any = None,
        steps: int | None = None,
        seed: int | None = None,
    ):
        self.source = as_source(source, bool(shuffle))
        if seed is not None or not self.source.has_seed:
            self.seed = drawn_seed(seed)
        super().__init__(self.source.length, steps)
        if self.steps == 0:
            raise ValueError(f"There is no data: the {self.source.name} holds no batches.")
        self._check = BatchCheck(self.source.name)
        self.class_weight = self._weights(as_class_weights(class_weight))
        self._reader = None if self.source.own_workers else Reader()
        # Of a source that has no addresses: the pass under way, its number, the batches it has
        # given, and how many it had given when the epoch began.
        self._pass: Ahead | None = None
        self._number = self._given = self._begin = self._epoch = 0
        self._ahead: Ahead | None = None
        self._example: Any = END
        # For backups: at which steps they are made, and what was noted of these, before the batch
        # that follows was read.
        self._saves_at: Callable[[int], bool] | None = None
        self._noted: dict[int, dict] = {}
        self._restored: dict[str, Any] | None = None

    @property
    def seed(self) -> int:
        """What the order of the batches depends on, if it is not the source's own."""
        return self.source.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self.source.seed = seed

    def read_in_caller(self) -> None:
        """Read in the thread that asks, for a debugger; to be called before anything is read."""
        self._reader = None

    def peek(self) -> tuple[Any, Any, Any]:
        """A first batch `(x, y, sample_weight)` as an example; it is not lost for training.

        Raises:
            ValueError: if there is no batch.
        """
        if self.source.addressed:
            batch = self._read_example()
        else:
            # At the end of a pass, the example is from the next.
            batch = self._current().peek() if self.has_more() else END
        if batch is END:
            raise ValueError(
                f"There is no data: the {self.source.name} gave no batch. If it is a generator "
                "that was read before, make a new one."
            )
        return self._standardized(batch, "The first batch")

    def batches(self, epoch: int, start: int = 0) -> Iterator[tuple[Any, Any, Any]]:
        """The batches `(x, y, sample_weight)` of an epoch.

        Args:
            epoch: number of the epoch.
            start: number of batches to leave out at the beginning.

        Raises:
            ValueError: if a batch has another structure than the first, or is none.
            Exception: what the source raised, with a note that names the batch.
        """
        self.source.on_epoch_begin()
        restored, self._restored = self._restored, None
        if restored is not None and start:
            # The epoch had begun when this was noted.
            self._put_back(restored)
        self._noted.clear()
        if self.source.addressed:
            raw = self._addressed(epoch, start)
        else:
            raw = self._on(epoch, start, restored is not None)
        step = start
        while (batch := self._next(raw, step, epoch)) is not END:
            yield self._standardized(batch, f"Batch {step} of epoch {epoch + 1}")
            step += 1
        if self._asked_steps and step < self._asked_steps:
            warn_out_of_data(step, self._asked_steps)
        self._noted.clear()
        self.source.on_epoch_end()

    def has_more(self) -> bool:
        """Whether another epoch can follow; looks one batch ahead to find out."""
        if self.source.addressed:
            return True
        if self._current().peek() is END:
            self._begin_pass(self._number + 1)
        return self._current().peek() is not END

    def close(self) -> None:
        """End the threads and processes that read; the feed can be read again."""
        if self._reader is not None:
            self._reader.close()
        self.source.close()

    # --- state ---------------------------------------------------------------------------------

    def watch(self, saves_at: Callable[[int], bool]) -> None:
        """Note what a backup needs at some steps; see `Feed`."""
        self._saves_at = saves_at
        self.source.watch()

    def get_state(self, epoch: int, step: int) -> dict[str, Any]:
        """The place in the source, before a step of the epoch that is read; see `Feed`."""
        if self._ahead is not None:
            self._ahead.settle()
        given = self._begin + step if epoch == self._epoch else self._given
        state = {"given": given, "pass": self._number, "step": step}
        state["peeked"] = self._example is not END
        return {**state, **(self._noted.get(step) or self._note())}

    def set_state(self, state: dict[str, Any]) -> None:
        """Make the next epoch begin at the place that `get_state` returned.

        The states of the global random numbers are put back too.
        """
        if self.source.addressed and state["peeked"]:
            self._read_example()
        if not self.source.addressed:
            self._begin_pass(state["pass"])
            if state["step"] or self._asked_steps or self.source.once:
                self._go_on_to(state["given"])
            else:
                # The pass was read to its end.
                self._given = state["given"]
        self._restored = state
        self._put_back(state)

    def _put_back(self, state: dict[str, Any]) -> None:
        self.source.set_state(state["source"])
        set_random_state(state["random"])

    def _note(self) -> dict[str, Any]:
        return {"source": self.source.get_state(), "random": random_state()}

    def _noting(self, iterator: Iterator, first: int) -> Iterator:
        """The items; what a backup needs is noted before one is read. `first` is its number."""
        number = first
        while True:
            step = number - self._begin
            if self._saves_at is not None and step and self._saves_at(step):
                self._noted[step] = self._note()
            item = next(iterator, END)
            if item is END:
                return
            yield item
            number += 1

    # --- reading -------------------------------------------------------------------------------

    def _read_example(self) -> Any:
        """A batch of an addressed source, read once: to read it again may change the source."""
        if self._example is END:
            read = self.source.example
            self._example = read() if self._reader is None else self._reader.submit(read).result()
        return self._example

    def _addressed(self, epoch: int, start: int) -> Iterator:
        """The rest of an epoch of a source that can begin anywhere."""
        asked, length = self._asked_steps, self.source.length
        number, begin, count = epoch, 0, asked
        if length is None:
            number, begin = 0, epoch * (asked or 0)
        elif asked:
            steps = min(asked, length)
            number, part = divmod(epoch, math.ceil(length / steps))
            begin = part * steps
            count = min(steps, length - begin)
        left = None if count is None else max(count - start, 0)
        iterator = self.source.open(number, begin + start, left)
        self._begin = 0
        self._ahead = Ahead(self._noting(iterator, start), self._reader)
        return self._ahead.take(left)

    def _on(self, epoch: int, start: int, restored: bool) -> Iterator:
        """The rest of an epoch of any other source: a new pass, or the pass under way."""
        skip, count = start, self._asked_steps
        if restored and start:
            skip = 0
        elif not count:
            # The pass that an example was read of is the one to go on with.
            if self._given or (self.source.has_seed and self._number != epoch):
                self._begin_pass(epoch)
        elif epoch == 0 and self._given:
            # Validation, which is always epoch 0, sees the same batches each time.
            self._begin_pass(0)
        else:
            # At the end of a pass, this goes on to the next.
            self.has_more()
        self._go_on_to(self._given + skip)
        self._epoch, self._begin = epoch, self._given - start
        self._ahead = self._current()
        for batch in self._current().take(None if count is None else max(count - start, 0)):
            self._given += 1
            yield batch

    def _go_on_to(self, given: int) -> None:
        """Leave out batches of the pass, until so many are given."""
        if given == self._given:
            return
        if self.source.skips and self._given == 0:
            self._pass, self._given = self._opened(given), given
        for _ in self._current().take(given - self._given):
            self._given += 1

    def _begin_pass(self, number: int) -> None:
        """Forget the pass under way, unless there is only this one."""
        if not self.source.once:
            self._pass, self._number, self._given = None, number, 0

    def _current(self) -> Ahead:
        if self._pass is None:
            self._pass, self._given = self._opened(0), 0
        return self._pass

    def _opened(self, start: int) -> Ahead:
        batches = _LazyPass(self.source, self._number, start)
        return Ahead(self._noting(batches, start), self._reader)

    def _next(self, raw: Iterator, step: int, epoch: int) -> Any:
        try:
            return next(raw, END)
        except Exception as error:
            error.add_note(
                f"This happened while reading batch {step} of epoch {epoch + 1} from the "
                f"{self.source.name}."
            )
            raise

    def _weights(self, weights: ClassWeights | None) -> ClassWeights | None:
        """The class weights, balanced ones from a pass over the source."""
        if weights is None or not weights.needs_counts:
            return weights
        if self.source.once:
            raise ValueError(
                f"class_weight='balanced' needs a pass over all targets before the training, but "
                f"the {self.source.name} can be read only once. Pass the weights themselves, for "
                "instance `model_selection.class_weights(stream)` of a second one like it, or a "
                "source that can be read again, such as "
                "`cornu.data.Dataset.from_generator(function)`."
            )
        count = None if self.source.length is not None else self._asked_steps
        check = BatchCheck(self.source.name)
        batches = enumerate(self.source.open(0, 0, count))
        return weights.fitted_to_batches(check(batch, f"Batch {i}")[1] for i, batch in batches)

    def _standardized(self, batch: Any, where: str) -> tuple[Any, Any, Any]:
        x, y, sample_weight = self._check(batch, where)
        if self.class_weight is not None:
            check_weights(self.class_weight, sample_weight)
            sample_weight = self.class_weight(y)
        return x, y, sample_weight


class _LazyPass:
    """A pass that begins when its first batch is read, in the thread that reads."""

    def __init__(self, source: Any, number: int, start: int):
        self._source, self._number, self._start = source, number, start
        self._iterator: Iterator | None = None

    def __iter__(self) -> _LazyPass:
        return self

    def __next__(self) -> Any:
        if self._iterator is None:
            self._iterator = self._source.open(self._number, self._start, None)
        return next(self._iterator)

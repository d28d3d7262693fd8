"""The progress display: a bar on a terminal, a line per epoch elsewhere, and never a wait."""

import codecs
import contextlib
import io
import os
import pty
import sys
import termios

import numpy as np
import pytest

from cornu.training.display.progress import ProgressDisplay


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self):
        self.time = 100.0

    def __call__(self):
        return self.time

    def wait(self, seconds):
        self.time += seconds


class Screen:
    """What a terminal of some width shows of the characters sent to it."""

    def __init__(self, columns):
        self.columns, self.rows, self.column = columns, [[]], 0

    def feed(self, text):
        for character in text:
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self.rows.append([])
            else:
                assert character.isprintable(), f"control character {character!r}"
                self.put(character)
        return self

    def put(self, character):
        if self.column == self.columns:
            self.rows.append([])
            self.column = 0
        row = self.rows[-1]
        row.extend(" " * (self.column + 1 - len(row)))
        row[self.column] = character
        self.column += 1

    def lines(self):
        return ["".join(row).rstrip() for row in self.rows]


class Terminal:
    """A pseudo-terminal to write to, and the screen behind it."""

    def __init__(self, columns):
        self.screen = Screen(columns)
        self.master, slave = pty.openpty()
        self.resize(columns)
        os.set_blocking(self.master, False)
        self.stream = os.fdopen(slave, "w", encoding="utf-8")
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.received = ""

    def resize(self, columns):
        termios.tcsetwinsize(self.master, (24, columns))

    def lines(self):
        """The rows of the screen after everything written so far."""
        with contextlib.suppress(BlockingIOError):
            while True:
                text = self.decoder.decode(os.read(self.master, 65536))
                self.received += text
                self.screen.feed(text)
        return self.screen.lines()

    def close(self):
        self.stream.close()
        os.close(self.master)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=[100])
def terminal(request, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal(request.param)
    yield terminal
    terminal.close()


def epoch(display, clock, epoch, steps=10, seconds=0.5, logs=None):
    """Runs one epoch of equal steps, with `logs` ready at each of them."""
    display.epoch_begin(epoch)
    for step in range(1, steps + 1):
        clock.wait(seconds)
        display.update(step, lambda: logs)
    display.epoch_end(logs)


def printed(verbose, clock, **options):
    stream = io.StringIO()
    display = ProgressDisplay(
        verbose, **{"epochs": 2, "steps": 10, **options}, stream=stream, clock=clock
    )
    epoch(display, clock, 0, logs={"val_loss": 0.5, "loss": 0.25, "accuracy": 0.912345})
    epoch(display, clock, 1, logs={"val_loss": 0.4, "loss": 0.125, "accuracy": 0.95})
    return stream.getvalue()


LINES = (
    "Epoch 1/2 - 10 steps -    5s - 500ms/step - loss: 0.2500 - accuracy: 0.9123"
    " - val_loss: 0.5000\n"
    "Epoch 2/2 - 10 steps -    5s - 500ms/step - loss: 0.1250 - accuracy: 0.9500"
    " - val_loss: 0.4000\n"
)


@pytest.mark.parametrize("verbose", ["auto", 1, 2])
def test_a_file_gets_one_line_per_epoch_and_nothing_else(verbose, clock):
    assert printed(verbose, clock) == LINES


def test_a_file_gets_the_same_where_steps_are_unknown(clock):
    assert printed(1, clock, steps=None) == LINES


def test_silent_prints_nothing(clock):
    assert printed(0, clock) == ""


@pytest.mark.parametrize("verbose", [3, -1, "loud", None])
def test_other_verbosity_is_refused(verbose):
    with pytest.raises(ValueError, match="verbose must be 'auto', 0"):
        ProgressDisplay(verbose, 1, 1)


def test_a_single_pass_has_no_epoch_number(clock):
    stream = io.StringIO()
    display = ProgressDisplay("auto", None, 4, stream, "Evaluate", clock=clock)
    epoch(display, clock, 0, steps=4, logs={"loss": 1.0})
    assert stream.getvalue() == "Evaluate - 4 steps - 2s - 500ms/step - loss: 1.0000\n"


def test_a_pass_without_values_shows_its_time(clock):
    stream = io.StringIO()
    display = ProgressDisplay("auto", None, 4, stream, "Predict", clock=clock)
    epoch(display, clock, 0, steps=4)
    assert stream.getvalue() == "Predict - 4 steps - 2s - 500ms/step\n"


def test_a_pass_without_steps_has_a_line_too(clock):
    stream = io.StringIO()
    epoch(ProgressDisplay(1, 1, None, stream, clock=clock), clock, 0, steps=0)
    assert stream.getvalue() == "Epoch 1/1 - 0 steps - 0us\n"


def test_compilation_before_the_first_step_is_not_in_the_time_per_step(clock):
    stream = io.StringIO()
    display = ProgressDisplay(2, 1, 3, stream, clock=clock)
    display.epoch_begin(0)
    clock.wait(20)
    display.update(1, lambda: None)
    clock.wait(0.01)
    display.update(2, lambda: None)
    clock.wait(0.01)
    display.update(3, lambda: None)
    display.epoch_end({})
    assert stream.getvalue() == "Epoch 1/1 - 3 steps - 20s - 10ms/step\n"


def test_validation_is_not_in_the_time_per_step(clock):
    stream = io.StringIO()
    display = ProgressDisplay(2, 1, 3, stream, clock=clock)
    display.epoch_begin(0)
    display.update(1, lambda: None)
    clock.wait(1)
    display.update(3, lambda: None)
    display.steps_end({})
    clock.wait(8)
    display.epoch_end({"val_loss": 1.5})
    assert stream.getvalue() == "Epoch 1/1 - 3 steps - 9s - 500ms/step - val_loss: 1.5000\n"


def test_steps_that_end_after_the_last_update_are_in_the_time_per_step(clock):
    stream = io.StringIO()
    display = ProgressDisplay(2, 1, 3, stream, clock=clock)
    display.epoch_begin(0)
    display.update(1, lambda: None)
    display.update(3, lambda: None)
    clock.wait(4)
    display.epoch_end({})
    assert stream.getvalue() == "Epoch 1/1 - 3 steps - 4s - 2s/step\n"


class SlowValue:
    """A value that the device takes three seconds to finish."""

    def __init__(self, clock):
        self.clock = clock

    def __array__(self, dtype=None, copy=None):
        self.clock.wait(3)
        return np.array(0.5)


@pytest.mark.parametrize("ends", [["epoch_end"], ["steps_end", "epoch_end"]])
def test_steps_still_on_the_device_are_in_the_time_of_later_epochs(ends, clock):
    stream = io.StringIO()
    display = ProgressDisplay(2, 2, 3, stream, clock=clock)
    epoch(display, clock, 0, steps=3)
    display.epoch_begin(1)
    display.update(3, lambda: None)
    for end in ends:
        getattr(display, end)({"loss": SlowValue(clock)})
    line = stream.getvalue().splitlines()[1]
    assert line.endswith("-    1s/step - loss: 0.5000")


def test_a_terminal_shows_one_line_that_grows(terminal, clock):
    display = ProgressDisplay("auto", 2, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    assert terminal.lines() == ["Epoch 1/2 " + "─" * 30 + " 0/10"]
    clock.wait(1)
    display.update(1, lambda: {"loss": 2.0})
    assert terminal.lines() == [
        "Epoch 1/2 ━━━" + "─" * 27 + " 1/10 - 9s left -    1s/step - loss: 2.0000"
    ]
    clock.wait(1)
    display.update(2, lambda: {"loss": 1.0})
    assert terminal.lines() == [
        "Epoch 1/2 ━━━━━━" + "─" * 24 + " 2/10 - 8s left -    1s/step - loss: 1.0000"
    ]


def test_a_terminal_keeps_one_line_per_epoch(terminal, clock):
    display = ProgressDisplay("auto", 2, 10, terminal.stream, clock=clock)
    epoch(display, clock, 0, logs={"loss": 0.25})
    epoch(display, clock, 1, logs={"loss": 0.125})
    assert terminal.lines() == [
        "Epoch 1/2 - 10 steps -    5s - 500ms/step - loss: 0.2500",
        "Epoch 2/2 - 10 steps -    5s - 500ms/step - loss: 0.1250",
        "",
    ]


def test_columns_of_epochs_stand_under_each_other(clock):
    stream = io.StringIO()
    display = ProgressDisplay(2, 12, 10, stream, clock=clock)
    epoch(display, clock, 0, seconds=0.00085, logs={"loss": 12.25, "accuracy": 0.5})
    epoch(display, clock, 8, seconds=0.5, logs={"loss": 9.125, "accuracy": 1.0})
    epoch(display, clock, 9, seconds=30, logs={"loss": float("nan"), "accuracy": 0.0625})
    assert stream.getvalue().splitlines() == [
        "Epoch  1/12 - 10 steps - 8.5ms - 850us/step - loss: 12.2500 - accuracy: 0.5000",
        "Epoch  9/12 - 10 steps -    5s - 500ms/step - loss:  9.1250 - accuracy: 1.0000",
        "Epoch 10/12 - 10 steps - 5m00s -   30s/step - loss:     nan - accuracy: 0.0625",
    ]


@pytest.mark.parametrize("terminal", [80, 110], indirect=True)
def test_a_long_line_breaks_between_values_only(terminal, clock):
    display = ProgressDisplay(1, 10, 10, terminal.stream, clock=clock)
    logs = {"loss": 0.25, "accuracy": 0.5, "val_loss": 0.0471, "val_accuracy": 0.98765}
    for number in range(2):
        epoch(display, clock, number, logs=logs)
    rows = terminal.lines()
    first, second = rows[:2], rows[2:4]
    assert second == [first[0].replace("Epoch  1/10", "Epoch  2/10"), first[1]]
    assert all(len(row) < terminal.screen.columns for row in rows)
    assert first[1].startswith("    val_")
    shown = [part.strip() for row in first for part in row.split(" - ")][4:]
    assert shown == ["loss: 0.2500", "accuracy: 0.5000", "val_loss: 0.0471", "val_accuracy: 0.9877"]


def test_the_validation_moves_the_line(terminal, clock):
    display = ProgressDisplay(1, 1, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    display.update(10, lambda: {"loss": 0.5})
    display.steps_end({"loss": 0.25})
    clock.wait(1)
    display.validated(3)
    assert terminal.lines() == ["Epoch 1/1 " + "━" * 30 + " 10/10 - validation 3 - loss: 0.2500"]


class Notebook(io.StringIO):
    """What ipykernel puts in the place of standard output: no terminal, but drawn in place."""

    __module__ = "ipykernel.iostream"


def test_a_notebook_gets_a_live_line(clock):
    stream = Notebook()
    display = ProgressDisplay("auto", 1, 10, stream, clock=clock)
    display.epoch_begin(0)
    clock.wait(0.5)
    display.update(5, lambda: {"loss": 0.5})
    assert stream.getvalue().split("\r")[-1].startswith("Epoch 1/1 " + "━" * 15)
    display.epoch_end({"loss": 0.25})
    assert Screen(110).feed(stream.getvalue()).lines() == [
        "Epoch 1/1 - 5 steps - 500ms - 100ms/step - loss: 0.2500",
        "",
    ]


def test_a_log_gets_lines_within_a_long_epoch(clock):
    stream = io.StringIO()
    display = ProgressDisplay("auto", 1, 100, stream, clock=clock)
    epoch(display, clock, 0, steps=100, seconds=0.5, logs={"loss": 0.5})
    *within, last = stream.getvalue().splitlines()
    assert within == [
        "Epoch 1/1 - 30/100 - 35s left - 500ms/step - loss: 0.5000",
        "Epoch 1/1 - 60/100 - 20s left - 500ms/step - loss: 0.5000",
        "Epoch 1/1 - 90/100 - 5s left - 500ms/step - loss: 0.5000",
    ]
    assert last == "Epoch 1/1 - 100 steps - 50s - 500ms/step - loss: 0.5000"


def test_verbose_two_writes_nothing_within_an_epoch(clock):
    stream = io.StringIO()
    epoch(ProgressDisplay(2, 1, 100, stream, clock=clock), clock, 0, steps=100, seconds=1)
    assert len(stream.getvalue().splitlines()) == 1


def test_a_shorter_line_leaves_nothing_of_the_longer_one(terminal, clock):
    display = ProgressDisplay(1, None, 10, terminal.stream, "Predict", clock=clock)
    display.epoch_begin()
    clock.wait(1)
    display.update(1, lambda: {"loss": 123456.0, "accuracy": 0.111111})
    clock.wait(1)
    display.update(10, lambda: {"x": 1})
    display.epoch_end({})
    assert terminal.lines() == ["Predict - 10 steps - 2s - 111ms/step", ""]


def test_verbose_two_draws_no_bar_on_a_terminal(terminal, clock):
    display = ProgressDisplay(2, 1, 10, terminal.stream, clock=clock)
    epoch(display, clock, 0, logs={"loss": 0.25})
    assert terminal.lines() == ["Epoch 1/1 - 10 steps - 5s - 500ms/step - loss: 0.2500", ""]


def test_a_dumb_terminal_gets_no_bar(terminal, clock, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    epoch(ProgressDisplay(1, 1, 2, terminal.stream, clock=clock), clock, 0, steps=2)
    assert terminal.lines() == ["Epoch 1/1 - 2 steps - 1s - 500ms/step", ""]


def test_unknown_length_counts_up_and_is_known_in_the_second_epoch(terminal, clock):
    display = ProgressDisplay(1, 2, None, terminal.stream, clock=clock)
    display.epoch_begin(0)
    clock.wait(2)
    display.update(4, lambda: None)
    assert terminal.lines()[-1] == "Epoch 1/2 4/? - 2s - 500ms/step"
    display.epoch_end({})
    clock.wait(2)
    display.epoch_begin(1)
    assert terminal.lines()[-1] == "Epoch 2/2 " + "─" * 30 + " 0/4"


def test_more_steps_than_said_are_counted_without_a_bar(terminal, clock):
    display = ProgressDisplay(1, 1, 2, terminal.stream, clock=clock)
    display.epoch_begin(0)
    clock.wait(3)
    display.update(3, lambda: None)
    assert terminal.lines() == ["Epoch 1/1 3/? - 3s - 1s/step"]


@pytest.mark.parametrize("terminal", [20, 40, 60, 80, 300], indirect=True)
def test_the_line_in_progress_fits_any_terminal(terminal, clock):
    display = ProgressDisplay(1, 1, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    clock.wait(1)
    display.update(5, lambda: {"loss": 0.25, "sparse_categorical_accuracy": 0.5})
    clock.wait(1)
    display.update(6, lambda: {"loss": 0.25, "sparse_categorical_accuracy": 0.5})
    (line,) = terminal.lines()
    assert line.startswith("Epoch 1/1 ")
    assert len(line) < terminal.screen.columns


def test_the_last_line_keeps_all_values_on_a_narrow_terminal(clock, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal(30)
    epoch(ProgressDisplay(1, 1, 2, terminal.stream, clock=clock), clock, 0, 2, 1.0, {"loss": 0.5})
    assert terminal.lines() == ["Epoch 1/1 - 2 steps - 2s", "    1s/step - loss: 0.5000", ""]
    terminal.close()


def test_a_terminal_made_narrower_is_noticed(terminal, clock):
    display = ProgressDisplay(1, 1, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    terminal.resize(40)
    clock.wait(1)
    display.update(1, lambda: None)
    terminal.lines()
    assert len(terminal.received.split("\r")[-1].rstrip()) < 40


def test_wide_characters_count_twice(clock, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal(40)
    display = ProgressDisplay(1, None, 10, terminal.stream, "評価", clock=clock)
    display.epoch_begin()
    clock.wait(1)
    display.update(1, lambda: {"精度" * 10: 0.5})
    terminal.lines()
    last = terminal.received.split("\r")[-1].rstrip()
    assert len(last) + sum(character in "評価精度" for character in last) <= 39
    terminal.close()


def test_the_line_is_drawn_five_times_a_second(terminal, clock):
    display = ProgressDisplay(1, 1, 1000, terminal.stream, clock=clock)
    display.epoch_begin(0)
    for step in range(1, 1001):
        clock.wait(0.004)
        display.update(step, lambda: None)
    terminal.lines()
    assert 19 <= terminal.received.count("\r") <= 21


def test_short_epochs_share_the_five_drawings(terminal, clock):
    display = ProgressDisplay(1, 40, 1, terminal.stream, clock=clock)
    for number in range(40):
        epoch(display, clock, number, steps=1, seconds=0.01)
    assert len(terminal.lines()) == 41
    assert terminal.received.count("─") <= 30 * 3


def test_values_are_asked_for_only_when_drawing(terminal, clock):
    asked = []
    display = ProgressDisplay(1, 1, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    for step in range(1, 11):
        clock.wait(0.05)
        display.update(step, lambda: {"loss": asked.append(clock.time)})
    assert len(asked) == 2


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_values_are_never_asked_for_without_a_terminal(verbose, clock):
    def logs_ready():
        raise AssertionError("asked for values that no one sees")

    display = ProgressDisplay(verbose, 1, 10, io.StringIO(), clock=clock)
    display.epoch_begin(0)
    for step in range(1, 11):
        clock.wait(1)
        display.update(step, logs_ready)


def test_the_bar_moves_while_no_values_are_ready(terminal, clock):
    display = ProgressDisplay(1, 1, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    clock.wait(1)
    display.update(5, lambda: None)
    assert terminal.lines() == ["Epoch 1/1 " + "━" * 15 + "─" * 15 + " 5/10 - 1s left - 200ms/step"]


def test_the_values_of_the_latest_step_that_is_done_are_shown(terminal, clock):
    display = ProgressDisplay(1, 1, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    display.update(1, lambda: {"loss": 0.5})
    display.update(2, lambda: {"loss": 0.25})
    display.update(3, lambda: None)
    clock.wait(1)
    display.update(4, lambda: None)
    assert terminal.lines()[0].endswith("loss: 0.2500")


def test_the_values_seen_last_stay_until_new_ones_are_ready(terminal, clock):
    display = ProgressDisplay(1, 1, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    clock.wait(1)
    display.update(1, lambda: {"loss": 0.5})
    clock.wait(1)
    display.update(2, lambda: None)
    assert terminal.lines()[0].endswith("loss: 0.5000")


def test_values_of_one_epoch_are_not_shown_in_the_next(terminal, clock):
    display = ProgressDisplay(1, 2, 10, terminal.stream, clock=clock)
    epoch(display, clock, 0, logs={"loss": 0.5})
    clock.wait(1)
    display.epoch_begin(1)
    assert "loss" not in terminal.lines()[-1]


def test_an_interrupted_line_is_ended(terminal, clock):
    display = ProgressDisplay(1, 1, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    display.close()
    display.close()
    assert terminal.lines() == ["Epoch 1/1 " + "─" * 30 + " 0/10", ""]


def test_a_terminal_without_the_characters_gets_ascii(terminal, clock):
    terminal.stream.reconfigure(encoding="ascii")
    display = ProgressDisplay(1, 1, 10, terminal.stream, clock=clock)
    display.epoch_begin(0)
    clock.wait(1)
    display.update(5, lambda: {"κ": 0.5})
    assert terminal.lines() == [
        "Epoch 1/1 " + "#" * 15 + "." * 15 + " 5/10 - 1s left - 200ms/step - ?: 0.5000"
    ]


def test_standard_output_is_looked_up_when_writing(clock):
    first, second = io.StringIO(), io.StringIO()
    display = ProgressDisplay("auto", 2, 1, clock=clock)
    with contextlib.redirect_stdout(first):
        epoch(display, clock, 0, steps=1)
    with contextlib.redirect_stdout(second):
        epoch(display, clock, 1, steps=1)
    assert first.getvalue().startswith("Epoch 1/2")
    assert second.getvalue().startswith("Epoch 2/2")


def test_output_that_becomes_a_file_gets_no_control_characters(terminal, clock, monkeypatch):
    file = io.StringIO()
    monkeypatch.setattr(sys, "stdout", terminal.stream)
    display = ProgressDisplay("auto", 1, 2, clock=clock)
    display.epoch_begin(0)
    monkeypatch.setattr(sys, "stdout", file)
    clock.wait(1)
    display.update(2, lambda: {"loss": 1.0})
    display.epoch_end({"loss": 1.0})
    assert file.getvalue() == "Epoch 1/1 - 2 steps - 1s - 500ms/step - loss: 1.0000\n"


def test_a_closed_stream_is_no_error(clock):
    stream = io.StringIO()
    display = ProgressDisplay("auto", 1, 2, stream, clock=clock)
    display.epoch_begin(0)
    stream.close()
    display.update(2, lambda: None)
    display.epoch_end({})


def test_a_terminal_that_goes_away_is_no_error(clock, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    master, slave = pty.openpty()
    stream = os.fdopen(slave, "w")
    display = ProgressDisplay("auto", 1, 2, stream, clock=clock)
    display.epoch_begin(0)
    os.close(master)
    clock.wait(1)
    display.update(2, lambda: None)
    display.epoch_end({})
    with contextlib.suppress(OSError):
        stream.close()


def test_no_standard_output_is_no_error(clock, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    epoch(ProgressDisplay("auto", 1, 2, clock=clock), clock, 0, steps=2)

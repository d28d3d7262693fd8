"""`Owner`: guards the arrays of Variables while a program reuses their memory for new values."""

from __future__ import annotations

import threading
from typing import Any


class Owner:
    """Stands beside the Variables whose arrays a program may give away in its next step.

    A step deletes the arrays it was given, so whoever reads a Variable between steps, or in another
    thread during one, gets its array through here: a read waits for the step under way to hand
    over its results, and arrays that somebody holds are known before the next one.

    Attributes:
        lock: held while a step is begun, until the Variables have their new arrays.
        lent: whether something was read since the last step.
    """

    def __init__(self) -> None:
        # The thread that begins a step may read on the way, when it traces.
        self.lock = threading.RLock()
        self.lent = False

    def read(self, variable: Any) -> Any:
        """The array of a Variable, which lives as long as it is held."""
        with self.lock:
            self.lent = True
            return variable._value

    def __reduce__(self) -> tuple:
        # Copies of what is owned belong to nobody.
        return type(None), ()

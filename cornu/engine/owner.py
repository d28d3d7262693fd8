"""`Owner`: guards the arrays of Variables while a program reuses their memory for new values."""

from __future__ import annotations

from typing import Any

from cornu.engine.interrupts import state_change


class Owner:
    """Stands beside the Variables whose arrays a program may give away in its next step.

    A step deletes the arrays it was given, so whoever reads a Variable between steps, or in another
    thread during one, gets its array through here: a read waits for the step under way to hand
    over its results, and the next one knows that the array was lent.
    """

    def read(self, variable: Any) -> Any:
        """The array of a Variable, which lives as long as it is held."""
        with state_change:
            variable._lent = True
            return variable._value

    def __reduce__(self) -> tuple:
        # Copies of what is owned belong to nobody.
        return type(None), ()

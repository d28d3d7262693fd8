"""Losses and predictions that are NaN or infinite: which data made them so."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import tree
from cornu.training.checks.said import warn_once

NAMES = ("x", "y", "sample_weight")
INFINITE = {"infinite values": np.isinf}


def explain_loss(model: Any, loss: float, parts: tuple | None, trained: bool) -> None:
    """Say which data hold NaN or infinity, and so made the loss NaN or infinite.

    Args:
        model: the model.
        loss: its value.
        parts: `(x, y, sample_weight)`, all of them or a batch; None if they are not known.
        trained: whether the model was trained on them.
    """
    if parts is None:
        return
    shown = "NaN" if np.isnan(loss) else "infinite"
    advice = "Leave these samples out or fill the values"
    if trained:
        advice += ", and make the model anew, as its weights are NaN too"
    _explain(model, f"The loss is {shown}", parts, advice, {"NaN": np.isnan, **INFINITE})


def explain_outputs(model: Any, outputs: Any, x: Any) -> None:
    """Say which inputs hold infinity, and so made predictions NaN or infinite.

    Inputs that are NaN are missing values, and show as such in the predictions.

    Args:
        model: the model.
        outputs: its predictions.
        x: the inputs.
    """
    for leaf in tree.flatten(outputs):
        if getattr(leaf, "dtype", np.dtype("O")).kind == "f" and not np.isfinite(leaf).all():
            what, advice = "Some predictions are NaN or infinite", "Leave these samples out"
            _explain(model, what, (x,), f"{advice} or fill the values", INFINITE)
            return


def _explain(model: Any, what: str, parts: tuple, advice: str, kinds: dict) -> None:
    for name, part in zip(NAMES, parts):
        for leaf in tree.flatten(part):
            if getattr(leaf, "dtype", np.dtype("O")).kind != "f":
                continue
            values = np.asarray(leaf).reshape(len(leaf), -1)
            for kind, test in kinds.items():
                rows = test(values).any(axis=1).nonzero()[0]
                if len(rows):
                    warn_once(
                        model,
                        f"{what}, {name}",
                        f"{what} because {name} holds {kind} in {len(rows)} of {len(leaf)} "
                        f"samples, the first at index {rows[0]}. {advice}.",
                    )
                    return

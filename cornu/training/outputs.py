"""The outputs of a model by their paths, and what is said of each of them.

Losses, metrics, weights and targets may be nested as the outputs are. Each is matched to the
outputs by one walk along the paths: `("a", 0)` is the first output in the list under "a". The
losses tell of what kind the targets are.
"""

from __future__ import annotations

from typing import Any

from cornu import losses, tree
from cornu.data.class_targets import Output
from cornu.data.class_weights import ClassWeights
from cornu.losses.targets import CLASSES, target_kinds_of


class Outputs(list):
    """Names of a model's outputs, in the order of their leaves.

    Args:
        names: as in logs: the key in a dict; the layer's name in a list, where it is known.
        paths: the keys and indices that lead to each output; the names by default.
        layers: names of the layers that give the outputs, where they are known.
    """

    def __init__(self, names: Any, paths: list[tuple] | None = None, layers: list | None = None):
        super().__init__(names)
        self.paths = [(name,) for name in self] if paths is None else paths
        self.layers = self if layers is None else layers

    @property
    def metric_names(self) -> list[str]:
        """What the names of metrics begin with; as in Keras, nested outputs go by their layers."""
        return self.layers if any(len(path) > 1 for path in self.paths) else self

    def places(self, rows: list[tuple[tuple, int]]) -> list[str]:
        """The outputs as messages name them: by path where they are nested."""
        nested = any(len(path) > 1 for path in self.paths)
        return ["/".join(map(str, self.paths[i])) if nested else self[i] for _, i in rows]


def output_names(y_pred: Any, known: list | None) -> Outputs:
    """A name for each output: the dict's keys, the layers' names, or numbers.

    Args:
        y_pred: the outputs, or anything of their structure.
        known: names of the layers that give them, where the model has them.
    """
    paths = [tuple(path) for path, _ in tree.flatten_with_path(y_pred)]
    layers = known if known is not None and len(known) == len(paths) else None
    names = [_name(path, layers and layers[i]) for i, path in enumerate(paths)]
    return Outputs(names, paths, layers)


def _name(path: tuple, layer: str | None) -> str:
    if path and isinstance(path[-1], str):
        return "/".join(map(str, path))
    if layer is not None:
        return "/".join(map(str, (*path[:-1], layer)))
    if len(path) > 1:
        return "/".join(map(str, path))
    return f"output_{path[0]}" if path else "output"


def per_output(given: Any, names: list[str], argument: str, one_for_all: bool = True) -> list:
    """What is given, as a list with one entry per output.

    Args:
        given: one thing for all, or lists and dicts nested as the outputs are; a list in the order
            of the outputs; or a dict by their names.
        names: of the outputs.
        argument: its name, for messages.
        one_for_all: whether one thing may stand for several outputs.

    Raises:
        ValueError: naming the place where the structures differ.
    """
    outputs = names if isinstance(names, Outputs) else Outputs(names)
    if given is None:
        return [None] * len(outputs)
    if len(outputs) == 1:
        return [_of_the_only(given, outputs, argument)]
    rows = [(path, i) for i, path in enumerate(outputs.paths)]
    found = _along_paths(given, rows, outputs, argument, one_for_all)
    return [found.get(i) for i in range(len(outputs))]


def targets_per_output(y: Any, names: list[str], loss: Any) -> list:
    """The targets, as a list with one entry per output; None for an output without.

    Where some outputs have no loss, the targets may be those of the others only: one array, or a
    list in the order of the outputs.

    Args:
        y: targets.
        names: of the outputs.
        loss: as passed to `compile`.

    Raises:
        ValueError: naming the place where the structures differ.
    """
    compared = [i for i, one in enumerate(per_output(loss, names, "loss")) if one is not None]
    given = list(y) if isinstance(y, (list, tuple)) else [y]
    if isinstance(y, dict) or y is None or not 0 < len(compared) == len(given) < len(names):
        return per_output(y, names, "y", one_for_all=False)
    places = dict(zip(compared, given))
    return [places.get(i) for i in range(len(names))]


def class_weights_of(model: Any, class_weight: Any) -> ClassWeights | None:
    """What a user passed as `class_weight`, with what the model's losses tell of the targets.

    Args:
        model: a compiled model.
        class_weight: see `ClassWeights`; None stays None.
    """
    if class_weight is None or isinstance(class_weight, ClassWeights):
        return class_weight
    return ClassWeights(class_weight, outputs_of(model))


def outputs_of(model: Any) -> list[Output]:
    """What is known of each output of a compiled model; empty if nothing is."""
    compiled = getattr(model, "_compile_loss", None)
    struct = getattr(model, "_outputs_struct", None)
    known = getattr(model, "output_names", None)
    if compiled is None or not known:
        return []
    outputs = [output for output in tree.flatten(struct) if output is not None]
    shapes = [tuple(output.shape) for output in outputs]
    names = output_names(struct, known) if len(outputs) == len(known) else list(known)
    given = per_output(compiled.loss, names, "loss")
    if len(shapes) != len(names):
        shapes = [()] * len(names)
    return [_output(*row) for row in zip(names, given, shapes)]


def _along_paths(given: Any, rows: list, outputs: Outputs, place: str, one_for_all: bool) -> dict:
    """By the number of the output; `rows` are the rests of the paths with these numbers."""
    if rows[0][0] == ():
        if place.startswith("loss[") and isinstance(given, (list, tuple)) and len(given) == 1:
            given = given[0]
        return {rows[0][1]: given}
    if given is None:
        return {}
    if isinstance(given, dict):
        parts = _of_dict(given, rows, outputs, place)
    elif isinstance(given, (list, tuple)):
        parts = _of_list(given, rows, outputs, place)
    elif len(rows) == 1 or (one_for_all and _is_for_all(given, place)):
        return {i: given for _, i in rows}
    else:
        raise ValueError(
            f"{place} is one array, but the model has {len(rows)} outputs "
            f"({outputs.places(rows)}) for it. Pass a list or a dict with one entry per output."
        )
    found = {}
    for key, value, inner in parts:
        found |= _along_paths(value, inner, outputs, f"{place}[{key!r}]", one_for_all)
    return found


def _is_for_all(given: Any, place: str) -> bool:
    return place.startswith("sample_weight") or not hasattr(given, "shape")


def _of_dict(given: dict, rows: list, outputs: Outputs, place: str) -> list[tuple]:
    heads = _by_head(rows)
    unknown = [key for key in given if key not in heads]
    by_name = {outputs.layers[i]: i for _, i in rows} | {outputs[i]: i for _, i in rows}
    if unknown and set(given) <= set(by_name):
        return [(name, value, [((), by_name[name])]) for name, value in given.items()]
    unknown = [key for key in unknown if key not in by_name] or unknown
    if unknown:
        raise ValueError(
            f"{place} has entries for {unknown}, but the model's outputs are "
            f"{outputs.places(rows)}. Use these names, which are those of the layers that give the "
            "outputs (or the keys, where the outputs are a dict)."
        )
    return [(key, value, heads[key]) for key, value in given.items()]


def _of_list(given: Any, rows: list, outputs: Outputs, place: str) -> list[tuple]:
    heads = _by_head(rows)
    if len(given) == len(heads) and all(isinstance(head, int) for head in heads):
        return [(i, value, inner) for i, (value, inner) in enumerate(zip(given, heads.values()))]
    if len(given) == len(rows):
        return [(i, value, [((), row[1])]) for i, (value, row) in enumerate(zip(given, rows))]
    what = "entry" if len(given) == 1 else "entries"
    raise ValueError(
        f"{place} has {len(given)} {what}, but the model has {len(rows)} outputs "
        f"({outputs.places(rows)}) for it. Give one entry per output; None for an output without."
    )


def _by_head(rows: list) -> dict:
    heads: dict[Any, list] = {}
    for path, i in rows:
        heads.setdefault(path[0], []).append((path[1:], i))
    return heads


def _of_the_only(given: Any, outputs: Outputs, argument: str) -> Any:
    """What is said of a model's only output, which needs no structure around it."""
    for key in outputs.paths[0] or (outputs[0],):
        if isinstance(given, dict):
            known = [one for one in (key, outputs[0], outputs.layers[0]) if one in given]
            if not known:
                break
            unknown = [one for one in given if one not in known]
            if unknown:
                raise ValueError(
                    f"{argument} has entries for {unknown}, but the model's only output is "
                    f"{outputs[0]!r}."
                )
            given = given[known[0]]
        elif isinstance(given, (list, tuple)) and len(given) == 1:
            given = given[0]
        else:
            break
    return given


def _output(name: str, loss: Any, shape: tuple) -> Output:
    known = None if loss in (None, "crossentropy", "ce") else losses.get(loss)
    kinds = target_kinds_of(known)
    # A loss that takes several kinds leaves it to the targets.
    kind = kinds[0] if len(kinds) == 1 and kinds[0] in CLASSES else None
    # One column stands for two classes.
    classes = max(shape[-1], 2) if shape and shape[-1] and kind is not None else None
    return Output(name, kind, None if kind == "binary" and classes != 2 else classes)

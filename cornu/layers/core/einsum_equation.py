"""The equation of an `EinsumDense`: which axes it has, and the sizes they get."""

from __future__ import annotations

import re

PATTERN = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


class Equation:
    """The parts of an equation such as `"abc,cd->abd"` or `"...x,xy->...y"`.

    Args:
        text: the equation.
        layer_name: for messages.

    Raises:
        ValueError: if it has another form.
    """

    def __init__(self, text: str, layer_name: str):
        self.text = text
        self.layer_name = layer_name
        match = PATTERN.fullmatch(text.replace(" ", ""))
        if match is None:
            raise self._error(
                "must have the form 'abc,cd->abd', '...bc,cd->...bd' or 'ab...,bc->ac...'"
            )
        before, self.input, after, self.kernel, out_before, self.output, out_after = match.groups()
        if (before, after) != (out_before, out_after) or (before and after):
            raise self._error("must have its ellipsis at the same end of input and output")
        self.left = before is not None
        self.right = after is not None
        for letter in self.kernel:
            if letter not in self.input and letter not in self.output:
                raise self._error(f"has an axis {letter!r} of the kernel in no other term")
        for letter in self.output:
            if letter not in self.input and letter not in self.kernel:
                raise self._error(f"has an axis {letter!r} of the output in no other term")

    def _error(self, problem: str) -> ValueError:
        return ValueError(
            f"The equation {self.text!r} of EinsumDense {self.layer_name!r} {problem}."
        )

    def contracted_axes(self, sizes: dict) -> dict[int, int]:
        """The axes of the input that the kernel has too, and their sizes."""
        first = 0 if self.right else -len(self.input)
        return {first + i: sizes[c] for i, c in enumerate(self.input) if c in self.kernel}

    def sizes(self, input_shape: tuple, output_sizes: tuple) -> dict[str, int | None]:
        """The size of each letter's axis.

        Args:
            input_shape: the whole shape of the input.
            output_sizes: sizes of the output without its batch axis, None where unknown.
        """
        elided = len(input_shape) - len(self.input)
        if elided < 0 or (elided and not (self.left or self.right)):
            raise self._error(f"does not fit an input of shape {input_shape}")
        own = input_shape[elided:] if self.left else input_shape[: len(self.input)]
        found = dict(zip(self.input, own))
        # The batch axis is not among the given sizes; with an ellipsis at the start, the letters
        # are the last axes, and the batch is part of the ellipsis.
        if self.left:
            letters = self.output[-len(output_sizes) :]
            given = dict(zip(letters, output_sizes[-len(letters) :]))
        else:
            given = dict(zip(self.output[1:], output_sizes))
        for letter, size in given.items():
            known = found.get(letter)
            if letter in found and size is not None and known is not None and known != size:
                raise self._error(
                    f"has the axis {letter!r} in input and output, but the input of shape "
                    f"{input_shape} has size {known} there and output_shape says {size}"
                )
            if known is None:
                found[letter] = size
        for letter in self.kernel:
            if found.get(letter) is None:
                raise self._error(
                    f"needs a known size for the axis {letter!r} of the kernel; got the input "
                    f"shape {input_shape} and output_shape={output_sizes}"
                )
        return found

    def output_shape(self, input_shape: tuple, sizes: dict) -> tuple:
        """The whole shape of the output."""
        elided = len(input_shape) - len(self.input)
        own = tuple(sizes.get(letter) for letter in self.output)
        if self.left:
            return (*input_shape[:elided], *own)
        return (*own, *input_shape[len(self.input) :])

    def bias_shape(self, axes: str, sizes: dict, input_rank: int) -> tuple:
        """Shape of a bias that has these axes of the output and broadcasts over the others."""
        for letter in axes:
            if letter not in self.output:
                raise self._error(
                    f"has no axis {letter!r} in its output, but bias_axes={axes!r} names it"
                )
        first = min(self.output.index(letter) for letter in axes)
        shape = tuple(sizes[a] if a in axes else 1 for a in self.output[first:])
        elided = input_rank - len(self.input) if self.right else 0
        return shape + (1,) * elided

    def contracted_at_the_end(self) -> int | None:
        """How many of the input's last axes are summed away, if that is all that happens.

        None for an equation that also permutes axes or keeps axes of both terms.
        """
        for count in range(1, len(self.input) + 1):
            kept, summed = self.input[:-count], self.input[-count:]
            new = self.kernel[count:]
            plain = self.kernel[:count] == summed and self.output == kept + new and new
            if plain and not self.right and len({*self.input, *new}) == len(self.input + new):
                return count
        return None

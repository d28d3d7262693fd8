"""Low-rank adaptation: a frozen matrix plus a trainable product of two thin ones.

"LoRA: Low-Rank Adaptation of Large Language Models", Hu et al., 2021
(https://arxiv.org/abs/2106.09685).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core.variable import Variable


class LowRankAdaptation:
    """Part of a layer whose first variable, `_kernel` or `_embeddings`, can be adapted.

    The layer calls `start_lora` in its constructor, `build_lora` at the end of `build`, and reads
    the matrix through `adapted`.
    """

    lora_target = "kernel"

    def start_lora(self, rank: int | None, alpha: float | None, quantization_config: Any) -> None:
        """Keep the constructor's arguments."""
        if quantization_config is not None:
            raise ValueError(
                f"{type(self).__name__} {self.name!r} got quantization_config="
                f"{quantization_config!r}; a layer is made without one, and quantized later."
            )
        if rank is not None and rank <= 0:
            raise ValueError(
                f"lora_rank of {type(self).__name__} {self.name!r} must be a positive integer or "
                f"None; got {rank!r}."
            )
        self.quantization_config = None
        self.lora_rank = rank
        self.lora_alpha = rank if alpha is None else alpha
        self.lora_enabled = False

    def build_lora(self) -> None:
        """Add the low-rank matrices if the constructor asked for them."""
        if self.lora_rank:
            self.built = True
            self.enable_lora(self.lora_rank, lora_alpha=self.lora_alpha)

    def enable_lora(
        self,
        rank: int,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
        lora_alpha: float | None = None,
    ) -> None:
        """Freeze the matrix and train a low-rank addition to it from now on.

        Args:
            rank: rank of the addition.
            a_initializer: of the first matrix.
            b_initializer: of the second; zeros leave the layer's results as they are.
            lora_alpha: the addition is scaled by `lora_alpha / rank`; `rank` by default.

        Raises:
            ValueError: if the layer is not built, is adapted already, or has a constraint.
        """
        where = f"{type(self).__name__} {self.name!r}"
        if getattr(self, f"{self.lora_target}_constraint") is not None:
            raise ValueError(
                f"{where} has a {self.lora_target}_constraint, which a low-rank addition would "
                "break. Make it without the constraint."
            )
        if not self.built:
            raise ValueError(f"{where} must be built before `enable_lora`: call it on an input.")
        if self.lora_enabled:
            raise ValueError(f"{where} has LoRA enabled already; that can be done once.")
        shape = self._lora_base.shape
        self._lora_a = self.add_weight(
            name=f"lora_{self.lora_target}_a",
            shape=(*shape[:-1], rank),
            initializer=a_initializer,
            regularizer=getattr(self, f"{self.lora_target}_regularizer"),
        )
        self._lora_b = self.add_weight(
            name=f"lora_{self.lora_target}_b",
            shape=(rank, shape[-1]),
            initializer=b_initializer,
            regularizer=getattr(self, f"{self.lora_target}_regularizer"),
        )
        self._lora_base.trainable = False
        self.lora_enabled = True
        self.lora_rank = rank
        self.lora_alpha = rank if lora_alpha is None else lora_alpha

    @property
    def _lora_base(self) -> Variable:
        return getattr(self, f"_{self.lora_target}")

    @property
    def lora_scale(self) -> float:
        """What the low-rank addition is multiplied by."""
        return self.lora_alpha / self.lora_rank

    def adapted(self) -> Variable | jax.Array:
        """The matrix: the variable itself, or its value plus the low-rank addition."""
        base = self._lora_base
        if not self.lora_enabled:
            return base
        return base.value + self.lora_scale * jnp.matmul(self._lora_a.value, self._lora_b.value)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values, those of the adaptation if there is one."""
        config = super().get_config()
        if self.lora_rank:
            config.update(lora_rank=self.lora_rank, lora_alpha=self.lora_alpha)
        return config

    def save_own_variables(self, store: Any) -> None:
        """Write the variables, the low-rank addition merged into the matrix."""
        if not self.built:
            return
        own = [v for v in self._own_base_variables() if v is not None]
        for i, variable in enumerate(own):
            value = self.adapted() if i == 0 else variable
            store[str(i)] = np.asarray(value.raw_value if isinstance(value, Variable) else value)

    def load_own_variables(self, store: Any) -> None:
        """Read what `save_own_variables` wrote; a low-rank addition starts at zero."""
        own = [v for v in self._own_base_variables() if v is not None] if self.built else []
        if len(store.keys()) != len(own):
            advice = "Make the layer with the arguments it was saved with."
            if not self.built:
                advice = "The layer is not built: call the model on data first."
            raise ValueError(
                f"{type(self).__name__} {self.name!r} has {len(own)} variables, the file has "
                f"{len(store.keys())} for it. {advice}"
            )
        for i, variable in enumerate(own):
            variable.assign(np.asarray(store[str(i)]))
        if self.lora_enabled:
            for variable in (self._lora_a, self._lora_b):
                variable.assign(jnp.zeros(variable.shape, variable.dtype))

    def _own_base_variables(self) -> list:
        return [self._lora_base, getattr(self, "bias", None)]

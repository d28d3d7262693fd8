"""Mixed precision under Keras's names."""

from cornu.core.dtype_policy import DTypePolicy, dtype_policy, set_dtype_policy
from cornu.core.dtype_policy import DTypePolicy as Policy
from cornu.core.dtype_policy import dtype_policy as global_policy
from cornu.core.dtype_policy import set_dtype_policy as set_global_policy
from cornu.optimizers import LossScaleOptimizer

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]

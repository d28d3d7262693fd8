"""What Keras offers under `keras.backend`."""

from cornu.core.session import clear_session
from cornu.engine.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from cornu.engine.dtypes import is_float as is_float_dtype
from cornu.engine.dtypes import is_integer as is_int_dtype
from cornu.engine.dtypes import result_type, standardize_dtype
from cornu.engine.names import get_uid
from cornu.initializers import Variable
from cornu.ops.symbolic import is_keras_tensor

__all__ = [
    "Variable",
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]

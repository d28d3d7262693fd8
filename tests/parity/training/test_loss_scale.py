"""The loss scale takes the same course as in Keras, through growth and overflow."""

import keras
import numpy as np

import cornu

FINITE, OVERFLOW = 1.0, np.inf
GRADIENTS = [FINITE, FINITE, FINITE, OVERFLOW, FINITE, OVERFLOW, OVERFLOW, FINITE, FINITE, FINITE]


def course(k):
    inner = k.optimizers.SGD(0.5)
    optimizer = k.optimizers.LossScaleOptimizer(inner, initial_scale=8.0, dynamic_growth_steps=2)
    variable = k.Variable(np.array([1.0], "float32"))
    optimizer.build([variable])
    seen = []
    state = [v.value for v in optimizer.variables]
    values = [variable.value]
    for gradient in GRADIENTS:
        names = [v.name for v in optimizer.variables]
        scale = float(state[names.index("dynamic_scale")])
        values, state = optimizer.stateless_apply(
            state, [np.array([gradient * scale], "float32")], values
        )
        seen.append((float(state[names.index("dynamic_scale")]), float(values[0][0])))
    return seen


def test_scale_and_weight_are_those_of_keras_after_every_step():
    np.testing.assert_allclose(course(cornu), course(keras), rtol=1e-6)

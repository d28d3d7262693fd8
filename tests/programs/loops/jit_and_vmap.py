"""JAX's transformations around a model: jit of the model, vmap, jacobian, scan over steps."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from common import keras, report, same_start

layers = keras.layers

model = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(2)])
model.build((None, 4))
same_start(model)
x = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")

forward = jax.jit(lambda inputs: model(inputs))
single = jax.vmap(lambda row: model(row[None])[0])
jacobian = jax.jacobian(lambda row: model(row[None])[0])(jnp.asarray(x[0]))

trainable = [v.value for v in model.trainable_variables]
optimizer = keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True)
optimizer.build(model.trainable_variables)


def loss(weights, inputs):
    outputs, _ = model.stateless_call(weights, [], inputs)
    return jnp.mean((outputs - inputs[:, :2]) ** 2)


def step(carry, inputs):
    weights, variables = carry
    value, gradients = jax.value_and_grad(loss)(weights, inputs)
    weights, variables = optimizer.stateless_apply(variables, gradients, weights)
    return (weights, variables), value


@partial(jax.jit, static_argnames="count")
def train(weights, variables, data, count):
    batches = jnp.stack([data + i * 0.01 for i in range(count)])
    return jax.lax.scan(step, (weights, variables), batches)


carry, losses = train(trainable, [v.value for v in optimizer.variables], jnp.asarray(x), count=5)
hessian = jax.hessian(lambda bias: loss([*trainable[:3], bias], jnp.asarray(x)))(trainable[3])
perturbed = jax.jvp(lambda inputs: model(inputs), (jnp.asarray(x),), (jnp.ones_like(x),))[1]
report(
    same=bool(np.allclose(forward(x), model(x), atol=1e-5)),
    rows=single(x),
    jacobian=jacobian,
    losses=losses,
    hessian=hessian,
    perturbed=perturbed,
    norms=[jnp.linalg.norm(w) for w in carry[0]],
)

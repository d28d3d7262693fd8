"""Neural style transfer: the image is the variable, features come from a frozen network."""

import jax
import numpy as np
from common import keras, report, same_start, summary_of

layers, ops = keras.layers, keras.ops
ROWS, COLUMNS = 16, 20

base = keras.Sequential(name="features")
base.add(layers.Input((None, None, 3)))
for number, filters in enumerate((4, 6, 8), start=1):
    base.add(
        layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"block{number}_conv1")
    )
    base.add(layers.AveragePooling2D(2))
same_start(base)
base.trainable = False
outputs = {layer.name: layer.output for layer in base.layers}
extractor = keras.Model(inputs=base.inputs, outputs=outputs)


def gram_matrix(x):
    x = ops.transpose(x, (2, 0, 1))
    features = ops.reshape(x, (ops.shape(x)[0], -1))
    return ops.matmul(features, ops.transpose(features))


def style_cost(style, combination):
    difference = gram_matrix(style) - gram_matrix(combination)
    return ops.sum(ops.square(difference)) / (4.0 * 9 * (ROWS * COLUMNS) ** 2)


def variation(x):
    a = ops.square(x[:, : ROWS - 1, : COLUMNS - 1, :] - x[:, 1:, : COLUMNS - 1, :])
    b = ops.square(x[:, : ROWS - 1, : COLUMNS - 1, :] - x[:, : ROWS - 1, 1:, :])
    return ops.sum(ops.power(a + b, 1.25))


def compute_loss(combination, content, style):
    features = extractor(ops.concatenate([content, style, combination], axis=0))
    layer = features["block3_conv1"]
    loss = 2.5e-3 * ops.sum(ops.square(layer[2] - layer[0]))
    for name in ("block1_conv1", "block2_conv1"):
        loss += 1e-2 / 2 * style_cost(features[name][1], features[name][2])
    return loss + 1e-4 * variation(combination)


rng = np.random.default_rng(0)
content, style = rng.uniform(0, 4, size=(2, 1, ROWS, COLUMNS, 3)).astype("float32")
combination = keras.Variable(content + 0.5, name="combination")
schedule = keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=2, decay_rate=0.96)
optimizer = keras.optimizers.SGD(schedule, momentum=0.9)
value_and_grad = jax.jit(jax.value_and_grad(compute_loss))
losses = []
for _ in range(4):
    loss, gradient = value_and_grad(combination.value, content, style)
    optimizer.apply_gradients([(gradient, combination)])
    losses.append(loss)
report(
    losses=losses,
    rate=optimizer.learning_rate,
    steps=optimizer.iterations,
    image=summary_of(keras.utils.img_to_array(np.asarray(combination)[0])),
)

"""Grad-CAM: gradients of a class score with respect to the last convolution's feature map."""

import jax
import jax.numpy as jnp
import numpy as np
from common import keras, report, same_start, summary_of

layers, ops = keras.layers, keras.ops


def make_model():
    return keras.Sequential(
        [
            layers.Conv2D(6, 3, activation="relu", name="block1_conv"),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, activation="relu", name="block2_conv"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(4, activation="softmax", name="predictions"),
        ]
    )


model = make_model()
model.build((None, 20, 20, 3))
same_start(model)
model.layers[-1].activation = None

rng = np.random.default_rng(0)
image = rng.uniform(size=(1, 20, 20, 3)).astype("float32")

grad_model = keras.Model(
    model.inputs, [model.get_layer("block2_conv").output, model.layers[-1].output]
)
features, scores = grad_model(image)
index = int(ops.argmax(scores[0]))

tail = keras.Sequential(model.layers[3:])
tail.build(features.shape)


def class_score(feature_map):
    outputs, _ = tail.stateless_call(
        [v.value for v in tail.trainable_variables],
        [v.value for v in tail.non_trainable_variables],
        feature_map,
    )
    return outputs[:, index].sum()


gradients = jax.grad(class_score)(jnp.asarray(features))
pooled = ops.mean(gradients, axis=(0, 1, 2))
heatmap = ops.squeeze(features[0] @ pooled[..., None])
heatmap = ops.maximum(heatmap, 0) / ops.max(heatmap)
picture = keras.utils.array_to_img(np.asarray(heatmap)[..., None] * 255, scale=False).resize(
    (20, 20)
)
report(
    index=index,
    scores=scores,
    gradients=summary_of(gradients),
    heatmap=summary_of(heatmap),
    picture=list(keras.utils.img_to_array(picture).shape),
    shared=[layer.name for layer in tail.layers],
)

"""A siamese network: pairs of images through one tower, a contrastive loss on their distance."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops
SIZE, MARGIN = 12, 1.0

rng = np.random.default_rng(0)
prototypes = rng.uniform(size=(4, SIZE, SIZE, 1))
labels = rng.integers(0, 4, 24)
images = (prototypes[labels] + 0.1 * rng.normal(size=(24, SIZE, SIZE, 1))).astype("float32")


def make_pairs(images, labels):
    pairs, same = [], []
    for first in range(len(images)):
        for second in (rng.choice(np.flatnonzero(labels == labels[first])), rng.integers(24)):
            pairs.append((images[first], images[second]))
            same.append(float(labels[first] != labels[second]))
    return np.array(pairs), np.array(same, "float32")


def euclidean_distance(vectors):
    x, y = vectors
    return ops.sqrt(ops.maximum(ops.sum(ops.square(x - y), axis=1, keepdims=True), 1e-7))


def contrastive_loss(y_true, y_pred):
    near = ops.square(y_pred)
    far = ops.square(ops.maximum(MARGIN - y_pred, 0.0))
    return ops.mean((1 - y_true) * near + y_true * far)


tower = keras.Sequential(
    [
        keras.Input((SIZE, SIZE, 1)),
        layers.BatchNormalization(),
        layers.Conv2D(4, 5, activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(6, activation="tanh"),
    ]
)
left, right = keras.Input((SIZE, SIZE, 1)), keras.Input((SIZE, SIZE, 1))
distance = layers.Lambda(euclidean_distance, output_shape=(1,))([tower(left), tower(right)])
outputs = layers.Dense(1, activation="sigmoid")(layers.BatchNormalization()(distance))
siamese = same_start(keras.Model([left, right], outputs))
siamese.compile(keras.optimizers.SGD(0.05), loss=contrastive_loss, metrics=["accuracy"])

pairs, same = make_pairs(images, labels)
history = siamese.fit(
    [pairs[:, 0], pairs[:, 1]], same, epochs=2, batch_size=16, shuffle=False, verbose=0
)
report(
    history=history.history,
    predicted=siamese.predict([pairs[:5, 0], pairs[:5, 1]], verbose=0),
    vectors=tower.predict(images[:3], verbose=0),
    layers=[layer.__class__.__name__ for layer in siamese.layers],
)

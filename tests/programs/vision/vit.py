"""A vision transformer over image patches, made of layers of one's own."""

import numpy as np
from common import keras, report, same_start, summary_of

layers, ops = keras.layers, keras.ops

IMAGE, PATCH, WIDTH, CLASSES = 24, 6, 16, 5


class Patches(layers.Layer):
    def __init__(self, patch_size, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = patch_size

    def call(self, images):
        batch, height, width, channels = ops.shape(images)
        rows, columns = height // self.patch_size, width // self.patch_size
        patches = ops.image.extract_patches(images, size=self.patch_size)
        return ops.reshape(patches, (batch, rows * columns, self.patch_size**2 * channels))

    def get_config(self):
        return {**super().get_config(), "patch_size": self.patch_size}


class PatchEncoder(layers.Layer):
    def __init__(self, count, width):
        super().__init__()
        self.count = count
        self.projection = layers.Dense(width)
        self.position = layers.Embedding(input_dim=count, output_dim=width)

    def call(self, patches):
        positions = ops.expand_dims(ops.arange(start=0, stop=self.count, step=1), axis=0)
        return self.projection(patches) + self.position(positions)


def mlp(x, units, rate):
    for size in units:
        x = layers.Dense(size, activation=keras.activations.gelu)(x)
        x = layers.Dropout(rate)(x)
    return x


def classifier(blocks=2):
    inputs = keras.Input(shape=(IMAGE, IMAGE, 3))
    scale = keras.Sequential(
        [layers.Normalization(), layers.Resizing(IMAGE, IMAGE)], name="prepare"
    )
    scale.layers[0].adapt(np.random.default_rng(1).uniform(size=(64, IMAGE, IMAGE, 3)))
    tokens = PatchEncoder((IMAGE // PATCH) ** 2, WIDTH)(Patches(PATCH)(scale(inputs)))
    for _ in range(blocks):
        normed = layers.LayerNormalization(epsilon=1e-6)(tokens)
        attended = layers.MultiHeadAttention(num_heads=2, key_dim=WIDTH, dropout=0.0)(
            normed, normed
        )
        added = layers.Add()([attended, tokens])
        normed = layers.LayerNormalization(epsilon=1e-6)(added)
        tokens = layers.Add()([mlp(normed, [2 * WIDTH, WIDTH], 0.0), added])
    representation = layers.Flatten()(layers.LayerNormalization(epsilon=1e-6)(tokens))
    features = mlp(representation, [32], rate=0.0)
    return keras.Model(inputs=inputs, outputs=layers.Dense(CLASSES)(features))


rng = np.random.default_rng(0)
images = rng.uniform(size=(45, IMAGE, IMAGE, 3)).astype("float32")
labels = rng.integers(0, CLASSES, size=(45, 1))

model = same_start(classifier())
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=1e-3, weight_decay=1e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[
        keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
        keras.metrics.SparseTopKCategoricalAccuracy(3, name="top-3-accuracy"),
    ],
)
history = model.fit(images, labels, batch_size=10, epochs=2, validation_split=0.1, shuffle=False)
patches = Patches(PATCH)(images[:2])
report(
    history=history.history,
    patches=summary_of(patches),
    logits=model.predict(images[:3]),
    parameters=model.count_params(),
)

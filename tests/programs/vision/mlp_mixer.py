"""MLP-Mixer: blocks that are built on their first call, inside a Sequential without Input."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops


class MixerBlock(layers.Layer):
    def __init__(self, patches, width, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.across_patches = keras.Sequential(
            [layers.Dense(units=patches, activation="gelu"), layers.Dense(units=patches)]
        )
        self.across_channels = keras.Sequential(
            [layers.Dense(units=width, activation="gelu"), layers.Dense(units=width)]
        )
        self.normalize = layers.LayerNormalization(epsilon=1e-6)

    def build(self, input_shape):
        return super().build(input_shape)

    def call(self, inputs):
        x = ops.transpose(self.normalize(inputs), axes=(0, 2, 1))
        x = ops.transpose(self.across_patches(x), axes=(0, 2, 1)) + inputs
        return x + self.across_channels(self.normalize(x))


class GatingBlock(layers.Layer):
    """The gated sibling (gMLP): half of the channels gates the other half."""

    def __init__(self, patches, width):
        super().__init__()
        self.project = layers.Dense(width * 2, activation="gelu")
        self.spatial = layers.Dense(patches, bias_initializer="ones")
        self.back = layers.Dense(width)
        self.norm = layers.LayerNormalization()

    def call(self, x):
        u, v = ops.split(self.project(self.norm(x)), indices_or_sections=2, axis=2)
        v = ops.transpose(self.spatial(ops.transpose(v, (0, 2, 1))), (0, 2, 1))
        return x + self.back(u * v)


def build_classifier(block, count=2, width=12):
    inputs = layers.Input(shape=(16, 16, 3))
    x = layers.Conv2D(width, 4, strides=4)(inputs)
    x = layers.Reshape((-1, width))(x)
    x = keras.Sequential([block(16, width) for _ in range(count)])(x)
    return keras.Model(inputs, layers.Dense(4)(layers.GlobalAveragePooling1D()(x)))


rng = np.random.default_rng(0)
images, labels = rng.normal(size=(50, 16, 16, 3)), rng.integers(0, 4, (50, 1))
results = {}
for block in (MixerBlock, GatingBlock):
    model = same_start(build_classifier(block))
    model.compile(
        optimizer=keras.optimizers.AdamW(learning_rate=0.005, weight_decay=0.0001),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
    )
    history = model.fit(
        x=images,
        y=labels,
        batch_size=16,
        epochs=2,
        validation_split=0.1,
        shuffle=False,
        verbose=0,
        callbacks=[
            keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1),
            keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=3, restore_best_weights=True
            ),
        ],
    )
    results[block.__name__] = {
        "history": history.history,
        "logits": model.predict(images[:2], verbose=0),
    }

# A mixer on its own, never given an Input: any batch, one number of patches.
bare = keras.Sequential([MixerBlock(16, 12), MixerBlock(16, 12)])
shapes = [list(bare(np.ones((batch, 16, 12), "float32")).shape) for batch in (3, 5, 1)]
report(**results, shapes=shapes)

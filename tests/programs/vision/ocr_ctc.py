"""OCR by convolutions and recurrent layers, with a CTC loss as a layer, then a prediction model."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops

WIDTH, HEIGHT, LENGTH = 40, 16, 4
CHARACTERS = sorted("abcdef")
CHAR_TO_NUM = {char: number for number, char in enumerate(CHARACTERS, start=1)}


class CTCLayer(layers.Layer):
    def __init__(self, name=None):
        super().__init__(name=name)

    def call(self, y_true, y_pred):
        batch, length = ops.shape(y_true)
        input_length = ops.shape(y_pred)[1] * ops.ones((batch,), dtype="int32")
        label_length = length * ops.ones((batch,), dtype="int32")
        loss = ops.ctc_loss(
            ops.cast(y_true, "int32"),
            ops.log(y_pred + 1e-7),
            label_length,
            input_length,
            mask_index=0,
        )
        self.add_loss(ops.mean(loss))
        return y_pred


def build_model():
    input_img = layers.Input(shape=(WIDTH, HEIGHT, 1), name="image", dtype="float32")
    labels = layers.Input(name="label", shape=(None,), dtype="float32")
    x = input_img
    for index, filters in enumerate((4, 8), start=1):
        x = layers.Conv2D(
            filters, (3, 3), activation="relu", kernel_initializer="he_normal", padding="same",
            name=f"Conv{index}",
        )(x)  # fmt: skip
        x = layers.MaxPooling2D((2, 2), name=f"pool{index}")(x)
    x = layers.Reshape(target_shape=(WIDTH // 4, (HEIGHT // 4) * 8), name="reshape")(x)
    x = layers.Dense(16, activation="relu", name="dense1")(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, dropout=0.0))(x)
    x = layers.Dense(len(CHARACTERS) + 2, activation="softmax", name="dense2")(x)
    output = CTCLayer(name="ctc_loss")(labels, x)
    model = keras.models.Model(inputs=[input_img, labels], outputs=output, name="ocr_model_v1")
    model.compile(optimizer=keras.optimizers.Adam())
    return model


rng = np.random.default_rng(0)
words = ["".join(rng.choice(CHARACTERS, LENGTH)) for _ in range(20)]
labels = np.array([[CHAR_TO_NUM[char] for char in word] for word in words], "float32")
images = rng.uniform(size=(20, WIDTH, HEIGHT, 1)).astype("float32")

model = same_start(build_model())
history = model.fit(
    {"image": images[:16], "label": labels[:16]},
    batch_size=8, epochs=2, shuffle=False, verbose=0,
)  # fmt: skip
prediction_model = keras.models.Model(model.input[0], model.get_layer(name="dense2").output)
predictions = prediction_model.predict(images[:3], verbose=0)
decoded, scores = ops.ctc_decode(
    np.log(predictions + 1e-7), np.full(3, predictions.shape[1]), strategy="greedy", mask_index=0
)
texts = ["".join(CHARACTERS[n - 1] for n in row if 0 < n < 7) for row in np.asarray(decoded[0])]
report(
    history=history.history,
    labels=labels[:2],
    predictions=predictions[:, 0],
    decoded=list(np.asarray(decoded[0]).shape)[:2],
    scores=scores,
    texts=texts,
)

"""Word tagging with masks: bidirectional layers, CRF-free, a loss that skips the padding."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops


class NERModel(keras.Model):
    def __init__(self, num_tags, vocab_size, width=8):
        super().__init__()
        self.embedding = layers.Embedding(vocab_size, width, mask_zero=True)
        self.encoder = layers.Bidirectional(
            layers.LSTM(width, return_sequences=True), merge_mode="concat"
        )
        self.second = layers.Bidirectional(layers.GRU(4, return_sequences=True), merge_mode="sum")
        self.dropout = layers.Dropout(0.0)
        self.ff = layers.TimeDistributed(layers.Dense(16, activation="relu"))
        self.ff_final = layers.Dense(num_tags, activation="softmax")

    def call(self, inputs, training=False):
        x = self.embedding(inputs)
        x = self.second(self.encoder(x))
        x = self.dropout(x, training=training)
        x = self.dropout(self.ff(x), training=training)
        return self.ff_final(x)


class NonPaddingLoss(keras.losses.Loss):
    def __init__(self, name="non_padding_loss"):
        super().__init__(name=name)

    def call(self, y_true, y_pred):
        loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=False, reduction=None)
        loss = loss_fn(y_true, y_pred)
        mask = ops.cast(y_true > 0, dtype="float32")
        return ops.sum(loss * mask) / ops.sum(mask)


rng = np.random.default_rng(0)
lengths = rng.integers(2, 9, 22)
sentences = keras.utils.pad_sequences(
    [rng.integers(1, 40, n) for n in lengths], padding="post", maxlen=9
)
tags = keras.utils.pad_sequences([rng.integers(1, 5, n) for n in lengths], padding="post", maxlen=9)

model = NERModel(5, 40)
model(sentences[:1])
same_start(model)
model.compile(optimizer="adam", loss=NonPaddingLoss())
first = model.fit(sentences, tags, batch_size=8, epochs=2, shuffle=False, verbose=0).history
model.compile("rmsprop", loss="sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
second = model.fit(sentences, tags, batch_size=8, epochs=1, shuffle=False, verbose=0).history
evaluated = model.evaluate(sentences, tags, batch_size=22, verbose=0)
short = model.predict(sentences[:2, :4])
report(
    first=first,
    second=second["loss"],
    evaluated=evaluated,
    short=short[:, 0],
    shape=list(short.shape),
)

"""Text classification by one transformer block, padded ids, no masks."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops

VOCABULARY, LENGTH, WIDTH = 50, 12, 16


class TransformerBlock(layers.Layer):
    def __init__(self, embed_dim, num_heads, ff_dim, rate=0.0):
        super().__init__()
        self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.ffn = keras.Sequential(
            [layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)]
        )
        self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
        self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout1 = layers.Dropout(rate)
        self.dropout2 = layers.Dropout(rate)

    def call(self, inputs):
        attended = self.dropout1(self.att(inputs, inputs))
        out1 = self.layernorm1(inputs + attended)
        return self.layernorm2(out1 + self.dropout2(self.ffn(out1)))


class TokenAndPositionEmbedding(layers.Layer):
    def __init__(self, maxlen, vocab_size, embed_dim):
        super().__init__()
        self.token_emb = layers.Embedding(input_dim=vocab_size, output_dim=embed_dim)
        self.pos_emb = layers.Embedding(input_dim=maxlen, output_dim=embed_dim)

    def call(self, x):
        positions = ops.arange(start=0, stop=ops.shape(x)[-1], step=1)
        return self.token_emb(x) + self.pos_emb(positions)


inputs = layers.Input(shape=(LENGTH,))
x = TokenAndPositionEmbedding(LENGTH, VOCABULARY, WIDTH)(inputs)
x = TransformerBlock(WIDTH, 2, 32)(x)
x = layers.GlobalAveragePooling1D()(x)
x = layers.Dense(8, activation="relu")(layers.Dropout(0.0)(x))
model = same_start(keras.Model(inputs=inputs, outputs=layers.Dense(2, activation="softmax")(x)))

rng = np.random.default_rng(0)
reviews = [rng.integers(1, VOCABULARY, rng.integers(3, 20)).tolist() for _ in range(40)]
x_train = keras.utils.pad_sequences(reviews, maxlen=LENGTH)
y_train = np.array([int(sum(review) % 2) for review in reviews])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x_train,
    y_train,
    batch_size=16,
    epochs=2,
    validation_data=(x_train[:9], y_train[:9]),
    shuffle=False,
)
report(history=history.history, padded=x_train[:2], predicted=model.predict(x_train[:3]))

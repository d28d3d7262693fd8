"""A small GPT on a stream of token batches; a callback samples text at the end of each epoch."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops

WORDS = "the cat sat on a mat and saw two dogs run to it . [UNK]".split()
MAXLEN, WIDTH, HEADS, FEED_FORWARD = 10, 16, 2, 32


def causal_attention_mask(batch_size, n_dest, n_src, dtype):
    i = ops.arange(n_dest)[:, None]
    j = ops.arange(n_src)
    mask = ops.cast(i >= j - n_src + n_dest, dtype)
    return ops.tile(ops.reshape(mask, [1, n_dest, n_src]), (batch_size, 1, 1))


class TransformerBlock(layers.Layer):
    def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1):
        super().__init__()
        self.att = layers.MultiHeadAttention(num_heads, embed_dim)
        self.ffn = keras.Sequential(
            [layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)]
        )
        self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
        self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout1, self.dropout2 = layers.Dropout(rate), layers.Dropout(rate)

    def call(self, inputs):
        batch_size, seq_len = ops.shape(inputs)[0], ops.shape(inputs)[1]
        mask = causal_attention_mask(batch_size, seq_len, seq_len, "bool")
        attended = self.dropout1(self.att(inputs, inputs, attention_mask=mask))
        out1 = self.layernorm1(inputs + attended)
        return self.layernorm2(out1 + self.dropout2(self.ffn(out1)))


class TokenAndPositionEmbedding(layers.Layer):
    def __init__(self, maxlen, vocab_size, embed_dim):
        super().__init__()
        self.token_emb = layers.Embedding(vocab_size, embed_dim)
        self.pos_emb = layers.Embedding(maxlen, embed_dim)

    def call(self, x):
        positions = ops.arange(0, ops.shape(x)[-1], 1)
        return self.token_emb(x) + self.pos_emb(positions)


def create_model():
    inputs = layers.Input(shape=(MAXLEN,), dtype="int32")
    x = TokenAndPositionEmbedding(MAXLEN, len(WORDS), WIDTH)(inputs)
    x = TransformerBlock(WIDTH, HEADS, FEED_FORWARD, rate=0.0)(x)
    outputs = layers.Dense(len(WORDS))(x)
    model = keras.Model(inputs=inputs, outputs=[outputs, x])
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss=[loss_fn, None])  # No loss for the second output.
    return model


class TextGenerator(keras.callbacks.Callback):
    def __init__(self, max_tokens, start_tokens, top_k=3, print_every=1):
        self.max_tokens, self.start_tokens = max_tokens, start_tokens
        self.print_every, self.k = print_every, top_k
        self.texts = []

    def sample_from(self, logits):
        logits, indices = ops.top_k(logits, k=self.k, sorted=True)
        probabilities = keras.activations.softmax(ops.expand_dims(logits, 0))
        probabilities = np.asarray(probabilities[0]).astype("float64")
        return rng.choice(np.asarray(indices), p=probabilities / probabilities.sum())

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.print_every != 0:
            return
        start, generated = list(self.start_tokens), []
        while len(generated) <= self.max_tokens:
            pad_len = MAXLEN - len(start)
            sample_index = len(start) - 1
            x = (start + [0] * pad_len)[:MAXLEN]
            y, _ = self.model.predict(np.array([x]), verbose=0)
            token = self.sample_from(y[0][min(sample_index, MAXLEN - 1)])
            generated.append(token)
            start = (start + [int(token)])[-MAXLEN:]
        self.texts.append(" ".join(WORDS[token] for token in generated))


rng = np.random.default_rng(0)
stream = rng.integers(0, len(WORDS), size=(5, 4, MAXLEN + 1))


def batches():
    for batch in stream:
        yield batch[:, :-1], batch[:, 1:]


model = same_start(create_model())
generator = TextGenerator(4, [0, 1])
losses = []
for _ in range(2):  # A generator lasts for one epoch.
    losses += model.fit(batches(), verbose=0, callbacks=[generator]).history["loss"]
logits, states = model.predict(stream[0, :2, :-1], verbose=0)
report(
    losses=losses,
    logits=logits[:, -1],
    states=list(states.shape),
    lengths=[len(text.split()) for text in generator.texts],
)

"""A small transformer that learns to write movie reviews, letter by letter.

    python examples/transformer.py --data path/to/review_polarity.tar.gz

Everything but the attention itself is written here: a block is a custom layer, positions are
learned, and a word of the model's own writing comes letter after letter from what it wrote before.
Perplexity says between how many letters it hesitates on average; counts of letter groups in the
same text stand beside it.
"""

import argparse
import tarfile
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers, ops

OUTPUT = Path("outputs")
LETTERS = "\n abcdefghijklmnopqrstuvwxyz.,'\"()-!?:;0123456789"
REGISTER = keras.saving.register_keras_serializable(package="transformer")


@REGISTER
class Positions(layers.Layer):
    """Adds a learned vector to each place of a sequence `(batch, time, features)`."""

    def build(self, input_shape: tuple) -> None:
        """One row for each place."""
        self.table = self.add_weight(input_shape[1:], "random_normal", name="table")

    def call(self, x):
        """The inputs plus the row of their place."""
        return x + self.table


@REGISTER
class TransformerBlock(layers.Layer):
    """Attention to what came before, then two dense layers, each added to its input.

    Args:
        features: size of the last axis of inputs and outputs.
        heads: number of attention heads.
        dropout: share of the features dropped in training.
        **kwargs: `name` and `dtype`, as for every layer.
    """

    def __init__(self, features: int, heads: int, dropout: float = 0.1, **kwargs) -> None:
        super().__init__(**kwargs)
        self.features, self.heads, self.rate = features, heads, dropout
        self.norm_1, self.norm_2 = layers.LayerNormalization(), layers.LayerNormalization()
        self.attention = layers.MultiHeadAttention(heads, features // heads)
        self.dense_1 = layers.Dense(4 * features, activation="gelu")
        self.dense_2 = layers.Dense(features)
        self.dropout = layers.Dropout(dropout)

    def build(self, input_shape: tuple) -> None:
        """Builds the layers inside, so that weights can be loaded before the first call."""
        self.norm_1.build(input_shape)
        self.norm_2.build(input_shape)
        self.attention.build(input_shape, input_shape)
        self.dense_1.build(input_shape)
        self.dense_2.build((*input_shape[:-1], 4 * self.features))

    def call(self, x, training=None):
        """Outputs `(batch, time, features)`."""
        seen = self.norm_1(x)
        seen = self.attention(seen, seen, use_causal_mask=True)
        x = x + self.dropout(seen, training=training)
        thought = self.dense_2(self.dense_1(self.norm_2(x)))
        return x + self.dropout(thought, training=training)

    def get_config(self) -> dict:
        """What the constructor was given."""
        own = {"features": self.features, "heads": self.heads, "dropout": self.rate}
        return {**super().get_config(), **own}


@REGISTER
class Perplexity(keras.metrics.Mean):
    """The exponential of the mean cross-entropy: between how many letters the model hesitates."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds the cross-entropy of a batch of logits."""
        loss = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
        return super().update_state(loss, sample_weight)

    def result(self):
        """The exponential of the mean so far."""
        return ops.exp(super().result())


def load(archive: Path, reviews: int) -> np.ndarray:
    """The first reviews as one row of letter numbers; each starts at a new line."""
    if not archive.exists():
        raise SystemExit(f"{archive} is missing. Give the path of the archive with --data.")
    texts = []
    with tarfile.open(archive) as files:
        for member in sorted(files.getmembers(), key=lambda member: member.name[-9:]):
            if member.name.endswith(".txt") and len(texts) < reviews:
                text = files.extractfile(member).read().decode("latin-1")
                texts.append(" ".join(text.split()))
    number = np.full(256, LETTERS.index(" "), "int32")
    number[np.frombuffer(LETTERS.encode(), "uint8")] = np.arange(len(LETTERS))
    return number[np.frombuffer("\n".join(texts).encode("latin-1"), "uint8")]


def windows(text: np.ndarray, length: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` pieces of the text, and the same moved on by one letter."""
    starts = np.random.default_rng(0).integers(0, len(text) - length - 1, count)
    places = starts[:, None] + np.arange(length)
    return text[places], text[places + 1]


def counted_perplexity(train: np.ndarray, test: np.ndarray, before: int) -> float:
    """Perplexity on `test` of counts of letters after `before` letters in `train`."""
    size = len(LETTERS)
    counts = np.full((size**before, size), 0.1)

    def groups(text: np.ndarray) -> np.ndarray:
        group = np.zeros(len(text) - before, "int64")
        for i in range(before):
            group = group * size + text[i : len(text) - before + i]
        return group

    np.add.at(counts, (groups(train), train[before:]), 1)
    counts /= counts.sum(axis=1, keepdims=True)
    return float(np.exp(-np.log(counts[groups(test), test[before:]]).mean()))


def make_model(length: int, features: int, heads: int, blocks: int) -> keras.Model:
    """Letters `(batch, length)` to logits `(batch, length, letters)` of the next one."""
    letters = keras.Input((length,), dtype="int32", name="letters")
    x = Positions(name="positions")(layers.Embedding(len(LETTERS), features)(letters))
    for i in range(blocks):
        x = TransformerBlock(features, heads, name=f"block_{i + 1}")(x)
    logits = layers.Dense(len(LETTERS), name="logits")(layers.LayerNormalization()(x))
    return keras.Model(letters, logits, name="transformer")


def write(model: keras.Model, start: str, count: int, temperature: float = 0.7) -> str:
    """`count` letters after `start`, each drawn from what the model expects."""
    rng = np.random.default_rng(0)
    length = model.input_shape[1]
    text = [LETTERS.index(letter) for letter in start]
    for _ in range(count):
        last = text[-length:]
        padded = np.array(last + [0] * (length - len(last)), "int32")
        # Padding stands behind, where causal attention does not look.
        logits = model.predict_on_batch(padded[None])[0, len(last) - 1] / temperature
        chances = np.exp(logits - logits.max())
        text.append(int(rng.choice(len(LETTERS), p=chances / chances.sum())))
    return "".join(LETTERS[i] for i in text)


def main() -> None:
    """Train on nine tenths of the reviews, report on the rest, and let the model write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/review_polarity.tar.gz"))
    parser.add_argument("--steps", type=int, default=700, help="updates, of 32 pieces of text each")
    parser.add_argument("--quick", action="store_true", help="a tiny model and few updates")
    arguments = parser.parse_args()
    length, features, heads, blocks, steps = 96, 96, 4, 2, arguments.steps
    if arguments.quick:
        length, features, heads, blocks, steps = 16, 16, 2, 1, 20

    OUTPUT.mkdir(exist_ok=True)
    keras.utils.set_random_seed(0)
    text = load(arguments.data, reviews=20 if arguments.quick else 2000)
    train, test = np.split(text, [len(text) * 9 // 10])
    x, y = windows(train, length, steps * 32)

    model = make_model(length, features, heads, blocks)
    model.summary()
    model.compile(
        keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(
                0.0, steps, warmup_target=4e-3, warmup_steps=steps // 10
            ),
            weight_decay=0.01,
            clipnorm=1.0,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[Perplexity(name="perplexity")],
    )
    model.fit(x, y, batch_size=32)

    results = model.evaluate(*windows(test, length, 500), verbose=0, return_dict=True)
    print(f"\nPerplexity on reviews it has not read: {results['perplexity']:.2f}")
    for before in (0, 1, 2):
        counted = counted_perplexity(train, test, before)
        print(f"  letters counted after the {before} before: {counted:.2f}")

    path = OUTPUT / "transformer.keras"
    model.save(path)
    again = keras.models.load_model(path)
    if not np.array_equal(again.predict(x[:8], verbose=0), model.predict(x[:8], verbose=0)):
        raise SystemExit("The loaded model does not predict what the saved one did.")
    print("Saved and loaded again: predictions are equal. It writes:\n")
    print(write(again, "\nthis film ", 20 if arguments.quick else 400))


if __name__ == "__main__":
    main()

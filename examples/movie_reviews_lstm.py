"""Is a movie review kind or not: an LSTM that reads in both directions (Pang and Lee's reviews).

    python examples/movie_reviews_lstm.py --data path/to/review_polarity.tar.gz

The archive holds 1,000 reviews in a folder `neg` and 1,000 in `pos`, a text file each, words and
punctuation separated by spaces. 1,600 long texts are few for a recurrent network: it reads the
last words only, where reviewers tend to say what they think, and half of what it knows is dropped
in each step.
"""

import argparse
import tarfile
from collections import Counter
from pathlib import Path

import numpy as np

import cornu as keras

OUTPUT = Path("outputs")
PADDING, UNKNOWN = 0, 1


def load(archive: Path) -> tuple[list[list[str]], np.ndarray]:
    """The words of each review, in a mixed order, and 1 for the kind ones."""
    if not archive.exists():
        raise SystemExit(f"{archive} is missing. Give the path of the archive with --data.")
    reviews, labels = [], []
    with tarfile.open(archive) as files:
        for member in sorted(files.getmembers(), key=lambda member: member.name):
            if member.name.endswith(".txt"):
                words = files.extractfile(member).read().decode("latin-1").split()
                reviews.append([word for word in words if word.isalpha()])
                labels.append(int("/pos/" in member.name))
    order = np.random.default_rng(0).permutation(len(reviews))
    return [reviews[i] for i in order], np.array(labels, "float32")[order]


def make_vocabulary(reviews: list[list[str]], size: int) -> dict[str, int]:
    """The ids of the most frequent words; 0 is for padding and 1 for all other words."""
    counts = Counter(word for review in reviews for word in set(review))
    return {word: i for i, (word, _) in enumerate(counts.most_common(size - 2), start=2)}


def encode(reviews: list[list[str]], vocabulary: dict[str, int], length: int) -> np.ndarray:
    """Ids `(reviews, length)` of the last words of each review, zeros where it is shorter."""
    ids = np.full((len(reviews), length), PADDING, "int32")
    for row, review in zip(ids, reviews, strict=True):
        last = review[-length:]
        row[: len(last)] = [vocabulary.get(word, UNKNOWN) for word in last]
    return ids


def make_model(vocabulary_size: int, length: int) -> keras.Model:
    """Embedded words, read forwards and backwards; the mean over the words that are there."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((length,), dtype="int32"),
            layers.Embedding(vocabulary_size, 32, mask_zero=True),
            layers.SpatialDropout1D(0.3),
            layers.Bidirectional(layers.LSTM(24, return_sequences=True)),
            layers.GlobalAveragePooling1D(),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="reviews",
    )
    model.compile(
        keras.optimizers.Adam(0.003), loss="binary_crossentropy", metrics=["accuracy", "AUC"]
    )
    return model


def main() -> None:
    """Train on 1,600 reviews, report on 400, and show what moves the model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/review_polarity.tar.gz"))
    parser.add_argument("--words", type=int, default=250, help="words of each review to read")
    parser.add_argument("--vocabulary", type=int, default=6000)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="one epoch on few short reviews")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.words, arguments.epochs = 20, 1

    OUTPUT.mkdir(exist_ok=True)
    keras.utils.set_random_seed(0)
    reviews, y = load(arguments.data)
    train = len(reviews) * 4 // 5
    vocabulary = make_vocabulary(reviews[:train], arguments.vocabulary)
    x = encode(reviews, vocabulary, arguments.words)

    model = make_model(arguments.vocabulary, arguments.words)
    model.summary()
    history = model.fit(
        x[:train],
        y[:train],
        epochs=arguments.epochs,
        batch_size=32,
        validation_split=0.15,
        callbacks=[
            keras.callbacks.EarlyStopping(
                "val_accuracy", patience=4, restore_best_weights=True, verbose=1
            )
        ],
    )
    loss, accuracy, auc = model.evaluate(x[train:], y[train:], verbose=0)
    print(f"\nOn {len(y) - train} reviews it has not seen: ", end="")
    print(f"loss {loss:.3f}, accuracy {accuracy:.3f}, area under the curve {auc:.3f}")

    for text in ("a dull , predictable mess", "a moving and brilliant film , the best this year"):
        words = encode([text.split()], vocabulary, arguments.words)
        print(f"  {model.predict(words, verbose=0).item():.3f}  {text}")
    keras.visualization.plot_history(history, OUTPUT / "reviews_training.png")
    print(f"Made in {OUTPUT}/: reviews_training.png")


if __name__ == "__main__":
    main()

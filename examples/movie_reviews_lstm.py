"""Is a movie review kind or not: an LSTM that reads in both directions (Pang and Lee's reviews).

    python examples/movie_reviews_lstm.py --data path/to/review_polarity.tar.gz

The archive holds 1,000 reviews in a folder `neg` and 1,000 in `pos`, a text file each, words and
punctuation separated by spaces. 1,600 long texts are few for a recurrent network, so each is cut
into windows of some 60 words. The network learns from windows, each with the label of its review;
what it says of a review is the mean over the review's windows.
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
                reviews.append([word for word in words if word.replace("'", "").isalpha()])
                labels.append(int("/pos/" in member.name))
    order = np.random.default_rng(0).permutation(len(reviews))
    return [reviews[i] for i in order], np.array(labels, "float32")[order]


def make_vocabulary(reviews: list[list[str]], size: int) -> dict[str, int]:
    """The ids of the most frequent words; 0 is for padding and 1 for all other words."""
    counts = Counter(word for review in reviews for word in set(review))
    return {word: i for i, (word, _) in enumerate(counts.most_common(size - 2), start=2)}


def cut(
    reviews: list[list[str]], vocabulary: dict[str, int], length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Ids `(windows, length)` of pieces of the reviews, and the number of each one's review."""
    pieces, numbers = [], []
    for number, review in enumerate(reviews):
        for start in range(0, len(review), length):
            ids = [vocabulary.get(word, UNKNOWN) for word in review[start : start + length]]
            pieces.append(ids + [PADDING] * (length - len(ids)))
            numbers.append(number)
    return np.array(pieces, "int32"), np.array(numbers)


def make_model(vocabulary_size: int, length: int) -> keras.Model:
    """Embedded words, read forwards and backwards; the mean over the words that are there."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((length,), dtype="int32"),
            layers.Embedding(vocabulary_size, 32, mask_zero=True),
            layers.SpatialDropout1D(0.3),
            layers.Bidirectional(layers.LSTM(16, return_sequences=True)),
            layers.GlobalAveragePooling1D(),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="reviews",
    )
    model.compile(keras.optimizers.Adam(0.003), loss="binary_crossentropy", metrics=["accuracy"])
    return model


def score(model: keras.Model, windows: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The mean of what the model says of each review's windows, `(reviews,)`."""
    scores = model.predict(windows, batch_size=256, verbose=0)[:, 0]
    return np.bincount(numbers, scores) / np.bincount(numbers)


def main() -> None:
    """Train on 1,400 reviews, stop by 200, report on 400, and show what moves the model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/review_polarity.tar.gz"))
    parser.add_argument("--words", type=int, default=60, help="words of a window")
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="one epoch on the ends of reviews")
    arguments = parser.parse_args()
    OUTPUT.mkdir(exist_ok=True)
    keras.utils.set_random_seed(0)
    reviews, y = load(arguments.data)
    if arguments.quick:
        arguments.words, arguments.epochs = 20, 1
        reviews = [review[-20:] for review in reviews]

    train, held_out = len(reviews) * 7 // 10, len(reviews) * 8 // 10
    vocabulary = make_vocabulary(reviews[:train], arguments.vocabulary)

    def prepare(part: slice) -> tuple[np.ndarray, np.ndarray]:
        return cut(reviews[part], vocabulary, arguments.words)

    windows, numbers = prepare(slice(train))
    stop_windows, stop_numbers = prepare(slice(train, held_out))
    test_windows, test_numbers = prepare(slice(held_out, None))
    y_test = y[held_out:]

    model = make_model(arguments.vocabulary, arguments.words)
    model.summary()
    history = model.fit(
        windows,
        y[:train][numbers],
        epochs=arguments.epochs,
        batch_size=64,
        validation_data=(stop_windows, y[train:held_out][stop_numbers]),
        callbacks=[keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)],
    )
    _, accuracy = model.evaluate(test_windows, y_test[test_numbers], batch_size=256, verbose=0)
    scores = score(model, test_windows, test_numbers)
    print(f"\nOn {len(y_test)} reviews it has not seen: accuracy {accuracy:.3f} by the window,")
    print(f"{np.mean((scores > 0.5) == y_test):.3f} by the review.")

    for text in ("a dull , predictable mess", "a moving and brilliant film , the best this year"):
        words, number = cut([text.split()], vocabulary, arguments.words)
        print(f"  {score(model, words, number).item():.3f}  {text}")
    history.plot(OUTPUT / "reviews_training.png")
    print(f"Made in {OUTPUT}/: reviews_training.png")


if __name__ == "__main__":
    main()

"""Is a movie review kind or not: a model that takes the text itself (Pang and Lee's reviews).

    python examples/review_text.py --data path/to/review_polarity.tar.gz

The model holds its own vocabulary, so its file is all that is needed to judge new texts. Pairs of
neighboring words ("not good") are counted as words of their own, weighted by how few reviews they
stand in.
"""

import argparse
import tarfile
from pathlib import Path

import numpy as np

import cornu as keras

OUTPUT = Path("outputs")


def load(archive: Path) -> tuple[np.ndarray, np.ndarray]:
    """The reviews as strings in a mixed order, and 1 for the kind ones."""
    if not archive.exists():
        raise SystemExit(f"{archive} is missing. Give the path of the archive with --data.")
    texts, labels = [], []
    with tarfile.open(archive) as files:
        for member in sorted(files.getmembers(), key=lambda member: member.name):
            if member.name.endswith(".txt"):
                texts.append(files.extractfile(member).read().decode("latin-1"))
                labels.append(int("/pos/" in member.name))
    order = np.random.default_rng(0).permutation(len(texts))
    return np.array(texts, dtype=object)[order], np.array(labels, "float32")[order]


def make_model(texts: np.ndarray, words: int) -> keras.Model:
    """Words and pairs of words, weighted and added up."""
    layers = keras.layers
    vectorize = layers.TextVectorization(words, ngrams=2, output_mode="tf_idf")
    vectorize.adapt(texts)
    model = keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            vectorize,
            layers.UnitNormalization(),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model


def plot(history: dict, path: Path) -> None:
    """Accuracy over the epochs, as a picture."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    for name, label in (("accuracy", "training"), ("val_accuracy", "validation")):
        pyplot.plot(range(1, len(history[name]) + 1), history[name], label=label)
    pyplot.xlabel("epoch")
    pyplot.ylabel("accuracy")
    pyplot.legend()
    pyplot.savefig(path, dpi=120)


def main() -> None:
    """Train on 1,600 reviews, judge 400 others, save the model and load it again."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default="../shared/data/review_polarity.tar.gz", type=Path)
    parser.add_argument("--words", default=20_000, type=int, help="size of the vocabulary")
    parser.add_argument("--epochs", default=15, type=int)
    arguments = parser.parse_args()

    keras.utils.set_random_seed(7)
    texts, labels = load(arguments.data)
    train = len(texts) * 4 // 5
    model = make_model(texts[:train], arguments.words)
    history = model.fit(
        texts[:train],
        labels[:train],
        validation_split=0.1,
        epochs=arguments.epochs,
        verbose=2,
    )
    _, accuracy = model.evaluate(texts[train:], labels[train:], verbose=0)
    print(f"accuracy on {len(texts) - train} held-out reviews: {accuracy:.3f}")

    OUTPUT.mkdir(exist_ok=True)
    model.save(OUTPUT / "review_text.keras")
    again = keras.models.load_model(OUTPUT / "review_text.keras")
    same = np.array_equal(
        again.predict(texts[train:], verbose=0), model.predict(texts[train:], verbose=0)
    )
    print(f"the loaded model predicts the same: {same}")
    for text in ("A moving story, well played.", "A waste of time, dull and stupid."):
        print(f"{float(again([text])[0, 0]):.2f}  {text}")
    plot(history.history, OUTPUT / "review_text.png")
    print(f"saved to {OUTPUT}: review_text.keras, review_text.png")


if __name__ == "__main__":
    main()

"""Text classification from raw strings: TextVectorization inside the exported model."""

import os
import pathlib
import re
import string

import numpy as np
from common import keras, report, same_start

layers = keras.layers

GOOD, BAD = "great moving <br />splendid film".split(), "dull bad boring, wooden plot!".split()
rng = np.random.default_rng(0)
for kind, words in {"neg": BAD, "pos": GOOD}.items():
    folder = pathlib.Path("reviews") / kind
    os.makedirs(folder)
    for number in range(9):
        chosen = rng.choice([*words, "the", "a", "actor"], size=8)
        (folder / f"{number}.txt").write_text(" ".join(chosen).capitalize())

train, valid = keras.utils.text_dataset_from_directory(
    "reviews", batch_size=4, validation_split=0.3, subset="both", seed=1337
)


def plain(text):
    """What a user cleans in Python before vectorizing."""
    return re.sub(
        f"[{re.escape(string.punctuation)}]", "", str(text).lower().replace("<br />", " ")
    )


files = sorted(pathlib.Path("reviews").glob("*/*.txt"))
texts = np.array([plain(path.read_text()) for path in files])
labels = np.array([path.parent.name == "pos" for path in files]).astype("float32")
vectorize = layers.TextVectorization(max_tokens=40, output_mode="int", output_sequence_length=6)
vectorize.adapt(texts)

inputs = keras.Input(shape=(None,), dtype="int64")
x = layers.Embedding(40, 8)(inputs)
x = layers.Conv1D(8, 3, padding="valid", activation="relu", strides=2)(x)
x = layers.GlobalMaxPooling1D()(x)
predictions = layers.Dense(1, activation="sigmoid", name="predictions")(layers.Dense(8, "relu")(x))
model = same_start(keras.Model(inputs, predictions))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
ids = np.asarray(vectorize(texts))
history = model.fit(ids, labels, epochs=2, batch_size=8, shuffle=False, verbose=0)
probabilities = model.predict(np.asarray(vectorize(["a great film", "the plot was bad", ""])))
report(
    vocabulary=sorted(vectorize.get_vocabulary()),
    ids=np.sort(ids[:4], axis=None).shape,
    history_keys=sorted(history.history),
    finite=bool(np.isfinite(history.history["loss"]).all()),
    probabilities=list(probabilities.shape),
    class_names=train.class_names,
    batches=[len(list(train)), len(list(valid))],
)

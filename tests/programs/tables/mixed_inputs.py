"""Images and a table into one model with several outputs; sample weights; dicts and lists."""

import numpy as np
from common import keras, report, same_start

layers = keras.layers

rng = np.random.default_rng(0)
COUNT = 37
images = rng.uniform(size=(COUNT, 12, 12, 3)).astype("float32")
table = rng.normal(size=(COUNT, 5)).astype("float32")
price = table.sum(axis=1, keepdims=True)
kind = rng.integers(0, 3, COUNT)
flags = rng.integers(0, 2, (COUNT, 4)).astype("float32")

image_input = keras.Input(shape=(12, 12, 3), name="image")
table_input = keras.Input(shape=(5,), name="table")
x = layers.Conv2D(6, 3, activation="relu")(image_input)
x = layers.GlobalMaxPooling2D()(layers.MaxPooling2D(2)(x))
t = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(6, activation="relu")])(
    table_input
)
joined = layers.concatenate([x, t])
price_output = layers.Dense(1, name="price")(joined)
kind_output = layers.Dense(3, name="kind")(joined)
flag_output = layers.Dense(4, activation="sigmoid", name="flags")(joined)
model = keras.Model(
    inputs=[image_input, table_input], outputs=[price_output, kind_output, flag_output]
)
same_start(model)
model.compile(
    optimizer=keras.optimizers.RMSprop(1e-3),
    loss=[
        keras.losses.MeanSquaredError(),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "binary_crossentropy",
    ],
    loss_weights=[0.5, 1.0, 2.0],
    metrics=[
        [keras.metrics.MeanAbsolutePercentageError(), "mae"],
        ["accuracy"],
        [keras.metrics.AUC(multi_label=True, name="auc")],
    ],
)
lists = model.fit(
    [images, table], [price, kind, flags], batch_size=16, epochs=1, shuffle=False, verbose=0
)
dicts = model.fit(
    {"image": images, "table": table}, [price, kind, flags],
    batch_size=16, epochs=1, shuffle=False, verbose=0,
    sample_weight=[np.ones(COUNT), np.linspace(0, 1, COUNT), np.ones(COUNT)],
)  # fmt: skip


def batches():
    for start in range(0, COUNT, 10):
        rows = slice(start, start + 10)
        yield (images[rows], table[rows]), (price[rows], kind[rows], flags[rows])


streamed = model.evaluate(batches(), verbose=0, return_dict=True)
outputs = model.predict({"table": table[:3], "image": images[:3]}, verbose=0)
on_batch = model.train_on_batch(
    [images[:8], table[:8]], [price[:8], kind[:8], flags[:8]], return_dict=True
)
report(
    lists=lists.history,
    dicts=dicts.history,
    streamed=streamed,
    outputs=dict(zip(model.output_names, outputs)),
    on_batch=on_batch,
    names=[*model.output_names],
    single=model.predict_on_batch([images[:1], table[:1]])[0],
)

"""Options of optimizers: accumulation, averaged weights, clipping, schedules, loss scale."""

import numpy as np
from common import keras, report, same_start

layers = keras.layers
rng = np.random.default_rng(0)
x = rng.normal(size=(32, 5)).astype("float32")
y = (x @ rng.normal(size=(5, 2))).astype("float32")


def trained(optimizer, epochs=2, **options):
    model = keras.Sequential([layers.Dense(6, activation="elu"), layers.Dense(2)])
    model.build((None, 5))
    same_start(model)
    model.compile(optimizer=optimizer, loss="mse", **options)
    history = model.fit(x, y, epochs=epochs, batch_size=8, shuffle=False, verbose=0)
    return {
        "loss": history.history["loss"],
        "weights": model.get_weights()[2][0],
        "steps": optimizer.iterations,
    }


optimizers = keras.optimizers
schedule = optimizers.schedules
results = {
    "accumulated": trained(optimizers.SGD(0.1, gradient_accumulation_steps=2)),
    "averaged": trained(
        optimizers.Adam(0.01, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=4)
    ),
    "by_norm": trained(optimizers.RMSprop(0.01, global_clipnorm=0.5, centered=True)),
    "by_value": trained(optimizers.Adamax(0.02, clipvalue=0.1)),
    "cosine": trained(
        optimizers.SGD(schedule.CosineDecay(0.0, 10, warmup_target=0.2, warmup_steps=3))
    ),
    "restarts": trained(optimizers.SGD(schedule.CosineDecayRestarts(0.1, 3))),
    "pieces": trained(optimizers.Ftrl(schedule.PiecewiseConstantDecay([3, 6], [0.1, 0.05, 0.01]))),
    "inverse": trained(optimizers.Lion(schedule.InverseTimeDecay(0.01, 2, 0.5))),
    "several_steps": trained(optimizers.AdamW(0.01, weight_decay=0.1), steps_per_execution=3),
    "scaled": trained(optimizers.LossScaleOptimizer(optimizers.SGD(0.1))),
}

averaging = optimizers.Adam(0.05, use_ema=True, ema_momentum=0.8)
model = keras.Sequential([layers.Input((5,)), layers.Dense(2)])
same_start(model)
model.compile(averaging, "mse")
swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
swapped = model.fit(
    x, y, epochs=2, batch_size=16, shuffle=False, verbose=0, callbacks=[swap]
).history
averaging.finalize_variable_values(model.trainable_variables)
report(**results, swapped=swapped, final=model.get_weights()[1])

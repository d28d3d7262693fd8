"""A recurrent network that forecasts: monthly airline passengers, 1949 to 1960.

    python examples/airline_passengers.py --data path/to/airline-passengers.csv

The series grows, and so do its seasons, so the network learns how the logarithm changes from one
month to the next. The last two years are held out; each month is forecast from the 24 before it.
"""

import argparse
from pathlib import Path

import matplotlib
import numpy as np

import cornu as keras

matplotlib.use("agg")
import matplotlib.pyplot as plt

WINDOW = 24
HELD_OUT = 24


def windows(changes: np.ndarray, **options) -> keras.data.Dataset:
    """Windows of the changes, each with the change of the month after it."""
    return keras.utils.timeseries_dataset_from_array(
        changes[:, None], changes[WINDOW:], WINDOW, **options
    )


def main() -> None:
    """Train, forecast the held-out months, print the errors and draw the forecast."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/airline-passengers.csv"))
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="two epochs")
    arguments = parser.parse_args()
    if not arguments.data.exists():
        raise SystemExit(f"{arguments.data} is missing. Give the path of the file with --data.")

    keras.utils.set_random_seed(3)
    months, counts = np.loadtxt(
        arguments.data, delimiter=",", skiprows=1, dtype=str, usecols=(0, 1), unpack=True
    )
    passengers = np.char.strip(counts, '"').astype("float32")
    changes = np.diff(np.log(passengers))
    known = changes[:-HELD_OUT]
    mean, deviation = known.mean(), known.std()
    changes = (changes - mean) / deviation

    model = keras.Sequential(
        [keras.Input((WINDOW, 1)), keras.layers.GRU(16), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse")
    train = windows(changes[:-HELD_OUT], batch_size=16, shuffle=True, seed=0)
    model.fit(train, epochs=2 if arguments.quick else arguments.epochs, verbose=0)

    # Each forecast is a change from the month before, which is known by then.
    test = windows(changes[-HELD_OUT - WINDOW :], batch_size=HELD_OUT)
    predicted = model.predict(test, verbose=0)[:, 0] * deviation + mean
    forecast = passengers[-HELD_OUT - 1 : -1] * np.exp(predicted)
    truth = passengers[-HELD_OUT:]
    # The season of last year, grown as much as the last known month has grown over a year.
    growth = passengers[-HELD_OUT - 1 : -1] / passengers[-HELD_OUT - 13 : -13]
    seasonal = passengers[-HELD_OUT - 12 : -12]
    for name, values in (
        ("recurrent network", forecast),
        ("last year's month", seasonal),
        ("last year's month, grown", seasonal * growth),
    ):
        print(f"{name}: RMSE {np.sqrt(np.mean((values - truth) ** 2)):.1f} passengers (thousands)")

    places = np.arange(len(passengers))
    figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
    axes.plot(places, passengers, label="passengers")
    axes.plot(places[-HELD_OUT:], forecast, "--", label="forecast, one month ahead")
    axes.set_xticks(places[::24], [str(month).strip('"')[:4] for month in months[::24]])
    axes.set(xlabel="year", ylabel="thousands a month")
    axes.legend()
    path = Path("outputs", "airline_passengers.png")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)
    print(f"plot: {path}")


if __name__ == "__main__":
    main()

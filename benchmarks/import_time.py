"""How long imports take in a fresh process, beside a process that imports nothing.

python benchmarks/import_time.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 10
PROGRAMS = {
    "nothing": "pass",
    "import cornu": "import cornu",
    "cornu.layers.Dense": "import cornu; cornu.layers.Dense",
    "import jax": "import jax",
    "import keras": "import keras",
}


def main() -> None:
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": "jax"}
    seconds: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for turn in range(REPEATS + 1):
        for name, program in PROGRAMS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], env=environment, check=True)
            if turn:  # the first turn writes byte code
                seconds[name].append(time.perf_counter() - start)
    base = min(seconds["nothing"])
    print(f"{'ms, whole process':22}{'min':>8}{'median':>8}{'min - nothing':>15}")
    for name, values in seconds.items():
        least = min(values)
        print(
            f"{name:22}{1000 * least:8.0f}{1000 * median(values):8.0f}{1000 * (least - base):15.0f}"
        )


if __name__ == "__main__":
    main()

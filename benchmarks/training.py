"""Train and predict six workloads on Cornu and its peers, side by side.

    python benchmarks/training.py --peer-python ../bench/bin/python
    python benchmarks/training.py --engines cornu keras-jax --workloads mlp_small --rounds 3

Each engine lives in a process of its own; only one works at a time, and they take turns, so that
whatever else the machine does falls on all of them. benchmarks/README.md says how to read the
table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from harness.client import ENGINES, Absent, Client, WorkerFailed, time_to_first_step
from harness.report import table
from harness.workloads import WORKLOADS

START_ROUNDS = 2


def main() -> None:
    options = arguments()
    results: dict[str, dict[str, dict]] = {name: {} for name in options.workloads}
    with ExitStack() as stack:
        cache = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        clients = open_clients(options, cache)
        for client in clients.values():
            stack.callback(client.close)
        if not clients:
            sys.exit("None of the engines is there.")
        for workload in options.workloads:
            note(f"{workload} ...")
            results[workload] = measure(workload, clients, options.rounds)
    if not options.no_start:
        measure_starts(results, options.peer_python)

    titles = {name: f"{w.title}, batch {w.batch_size}" for name, w in WORKLOADS.items()}
    print(machine())
    print(*(versions(client) for client in clients.values()), "", sep="\n")
    print(table(results, titles))
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "results": results}, indent=1))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--rounds", type=int, default=5, help="epochs measured per engine")
    parser.add_argument(
        "--peer-python",
        default=sys.executable,
        help="interpreter of the environment with keras, tensorflow and torch",
    )
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    parser.add_argument("--no-start", action="store_true", help="leave out the first-step times")
    parser.add_argument(
        "--show-output", action="store_true", help="show what the engines' libraries print"
    )
    return parser.parse_args()


def open_clients(options: argparse.Namespace, cache: Path) -> dict[str, Client]:
    """Start a worker per engine, and say which engines are absent."""
    clients = {}
    for engine in options.engines:
        try:
            clients[engine] = Client(
                engine, options.peer_python, cache, quiet=not options.show_output
            )
        except Absent as reason:
            note(f"{engine} is absent: {reason}")
    return clients


def measure(workload: str, clients: dict[str, Client], rounds: int) -> dict[str, dict]:
    """Alternate the engines for some rounds; one that fails is left out from then on."""
    found: dict[str, dict] = {}
    for engine, client in clients.items():
        try:
            found[engine] = {"train": [], "predict": [], **client.ask("prepare", workload=workload)}
        except WorkerFailed as reason:
            found[engine] = {"failed": str(reason)}
    check_sizes(found)
    running = [engine for engine in found if "failed" not in found[engine]]
    for turn in range(rounds):
        shift = turn % max(1, len(running))
        for engine in running[shift:] + running[:shift]:
            trained = clients[engine].ask("train")
            found[engine]["train"].append(trained["ms"])
            found[engine]["last_loss"] = trained["loss"]
            found[engine]["predict"].append(clients[engine].ask("predict")["ms"])
    for engine in running:
        clients[engine].ask("release")
    return found


def check_sizes(found: dict[str, dict]) -> None:
    """Say so if the engines do not run the same model (PyTorch's LSTM has a second bias)."""
    sizes = {engine: part["parameters"] for engine, part in found.items() if "parameters" in part}
    if sizes and max(sizes.values()) > 1.01 * min(sizes.values()):
        note(f"The models differ in size: {sizes}")


def measure_starts(results: dict[str, dict[str, dict]], peer_python: str) -> None:
    """Add the times to the first trained step, in fresh processes, to the results."""
    for workload, engines in results.items():
        note(f"first step of {workload} ...")
        running = {engine: part for engine, part in engines.items() if "failed" not in part}
        for _ in range(START_ROUNDS):
            for engine, part in running.items():
                seconds = time_to_first_step(engine, workload, peer_python)
                part.setdefault("first_step", []).append(seconds)


def machine() -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load}"


def versions(client: Client) -> str:
    names = " ".join(f"{name} {version}" for name, version in client.hello["versions"].items())
    return f"{client.engine}: {names} (Python {client.hello['python']})"


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

"""The table: one block a workload, one line an engine."""

from __future__ import annotations

from statistics import median

REFERENCE = "keras-jax"
OURS = "cornu"

HEADER = (
    f"{'':12} {'train step ms':^17} {'predict ms':^17} {'first step s':^13}"
    f" {'x ' + REFERENCE:^13} {'x best peer':^13}\n"
    f"{'':12} {'min':>8} {'median':>8} {'min':>8} {'median':>8} {'cold':>6} {'warm':>6}"
    f" {'train':>6} {'pred.':>6} {'train':>6} {'pred.':>6}"
)


def table(results: dict[str, dict[str, dict]], titles: dict[str, str]) -> str:
    """Return the table of `results[workload][engine]`, each with series `train` and `predict`.

    A ratio above 1 says how many times faster the line's engine is.
    """
    blocks = [HEADER]
    for workload, engines in results.items():
        blocks.append(f"\n{workload}: {titles[workload]}")
        blocks += [line(engine, engines) for engine in engines]
    return "\n".join(blocks)


def line(engine: str, engines: dict[str, dict]) -> str:
    found = engines[engine]
    if "failed" in found:
        return f"{engine:12} {found['failed']}"
    cells = [f"{engine:12}"]
    for kind in ("train", "predict"):
        cells += [f"{number(min(found[kind])):>8}", f"{number(median(found[kind])):>8}"]
    cells += [f"{number(value):>6}" for value in best_start(found.get("first_step", []))]
    for rivals in ([REFERENCE], [e for e in engines if e not in (OURS, engine)]):
        cells += [f"{ratio(engine, rivals, engines, kind):>6}" for kind in ("train", "predict")]
    return " ".join(cells)


def best_start(pairs: list[list[float]]) -> tuple[float | None, float | None]:
    if not pairs:
        return None, None
    cold, warm = zip(*pairs)
    return min(cold), min(warm)


def ratio(engine: str, rivals: list[str], engines: dict[str, dict], kind: str) -> str:
    times = [min(engines[e][kind]) for e in rivals if kind in engines.get(e, {})]
    return f"{min(times) / min(engines[engine][kind]):.2f}" if times else "-"


def number(value: float | None) -> str:
    """Three significant digits, no exponent."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if value >= 0.1 else f"{value:.4f}"

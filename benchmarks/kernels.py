"""Each kernel against the stock lowering, alternating in one run.

    python benchmarks/kernels.py              everything
    python benchmarks/kernels.py conv lstm    the cases whose name contains one of these words

Per case and place (the entry computation, or the body of a loop on the device) it prints the least
milliseconds of the kernel and of the stock lowering, and how many times faster the kernel is. A
ratio nearer to one than 1.3 says nothing on a machine that does other work too.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

sys.path.insert(0, str(Path(__file__).parents[1]))

from cornu import kernels
from cornu.kernels.crossentropy import (
    softmax_cross_entropy_reference,
    softmax_cross_entropy_with_integer_labels_reference,
)
from cornu.kernels.dense import dense_reference
from cornu.kernels.normalization import batch_norm_train_reference, layer_norm_reference

LOOPS = 4


@dataclass
class Case:
    """A kernel and its stock form over the same arguments; `grad` lists what to differentiate."""

    name: str
    kernel: Callable
    args: tuple
    stock: Callable | None = None
    grad: tuple[int, ...] = ()


RNG = np.random.default_rng(0)


def normal(*shape: int) -> jax.Array:
    """Standard normal numbers in float32."""
    return jnp.asarray(RNG.normal(size=shape), "float32")


def integers(high: int, *shape: int) -> jax.Array:
    """Whole numbers in [0, high)."""
    return jnp.asarray(RNG.integers(0, high, shape), "int32")


def conv_cases() -> Iterator[Case]:
    """Convolutions of the workloads: two-convolution network, ResNet-20, a few others."""

    def conv(strides=1, padding="SAME", groups=1):
        return lambda x, w: kernels.conv(x, w, (strides,) * 2, padding, (1, 1), groups)

    both = {"grad": (0, 1)}
    layers = {
        "stem 128x28x28x1 -> 32": (conv(padding="VALID"), (128, 28, 28, 1), (3, 3, 1, 32)),
        "128x13x13x32 -> 64": (conv(padding="VALID"), (128, 13, 13, 32), (3, 3, 32, 64)),
        "stem 64x32x32x3 -> 16": (conv(), (64, 32, 32, 3), (3, 3, 3, 16)),
        "64x32x32x16": (conv(), (64, 32, 32, 16), (3, 3, 16, 16)),
        "64x16x16x32": (conv(), (64, 16, 16, 32), (3, 3, 32, 32)),
        "64x8x8x64": (conv(), (64, 8, 8, 64), (3, 3, 64, 64)),
        "64x32x32x16 -> 32 stride 2": (conv(2), (64, 32, 32, 16), (3, 3, 16, 32)),
        "1x1 64x32x32x16 -> 32 stride 2": (conv(2), (64, 32, 32, 16), (1, 1, 16, 32)),
        "1x1 16x28x28x64 -> 256": (conv(), (16, 28, 28, 64), (1, 1, 64, 256)),
        "patches 2x2 16x28x28x64 -> 128": (conv(2), (16, 28, 28, 64), (2, 2, 64, 128)),
        "patches 16x16 8x224x224x3 -> 192": (conv(16), (8, 224, 224, 3), (16, 16, 3, 192)),
        "depthwise 16x28x28x64": (conv(groups=64), (16, 28, 28, 64), (3, 3, 1, 64)),
        "8 groups 16x28x28x64": (conv(groups=8), (16, 28, 28, 64), (3, 3, 8, 64)),
        "32 groups 8x14x14x128": (conv(groups=32), (8, 14, 14, 128), (3, 3, 4, 128)),
    }
    for name, (call, x, w) in layers.items():
        first = {"grad": (1,)} if "stem" in name else both
        yield Case(f"conv {name}", call, (normal(*x), normal(*w)))
        yield Case(f"conv {name} gradients", call, (normal(*x), normal(*w)), **first)

    for window in (2, 4):

        def transposed(x, w, pad=window // 2):
            return kernels.conv_transpose(x, w, (2, 2), [(pad, pad)] * 2, (1, 1))

        args = (normal(16, 28, 28, 64), normal(window, window, 32, 64))
        name = f"conv_transpose {window}x{window} stride 2"
        yield Case(name, transposed, args)
        yield Case(f"{name} gradients", transposed, args, **both)

    mapped = jax.vmap(conv())
    args = (normal(4, 16, 16, 16, 16), normal(4, 3, 3, 16, 16))
    yield Case("conv of 4 models by vmap, gradients", mapped, args, **both)


def pooling_cases() -> Iterator[Case]:
    """Pooling of the two-convolution network and of an ImageNet stem."""
    shapes = {
        "2x2 128x26x26x32": ((128, 26, 26, 32), 2, 2, "valid"),
        "2x2 128x11x11x64": ((128, 11, 11, 64), 2, 2, "valid"),
        "3x3 stride 2 16x56x56x64": ((16, 56, 56, 64), 3, 2, "same"),
        "3x3 stride 1 16x28x28x64": ((16, 28, 28, 64), 3, 1, "same"),
    }
    for name, (shape, window, stride, padding) in shapes.items():
        for pool in ("max_pool", "avg_pool"):

            def call(x, pool=pool, window=window, stride=stride, padding=padding):
                return getattr(kernels, pool)(x, (window,) * 2, (stride,) * 2, padding)

            yield Case(f"{pool} {name}", call, (normal(*shape),))
            yield Case(f"{pool} {name} gradient", call, (normal(*shape),), grad=(0,))


def random_cases() -> Iterator[Case]:
    """Dropout masks against `jax.random`."""
    shape = (32, 128, 256)
    key = jnp.array([1, 2], "uint32")
    yield Case(
        "dropout_mask 1M",
        lambda key, x: jnp.where(kernels.dropout_mask(key, shape, 0.1), x, 0),
        (key, normal(*shape)),
        lambda key, x: jnp.where(
            jax.random.bernoulli(jax.random.wrap_key_data(key), 0.9, shape), x, 0
        ),
    )
    yield Case(
        "uniform 1M",
        lambda key: kernels.uniform(key, shape),
        (key,),
        lambda key: jax.random.uniform(jax.random.wrap_key_data(key), shape),
    )


def dense_cases() -> Iterator[Case]:
    """Dense layers of the transformer, embedding and losses."""

    def relu_of(product):
        return lambda x, w: jax.nn.relu(product(x, w))

    args = (normal(32, 128, 128), normal(128, 512))
    stock = relu_of(dense_reference)
    yield Case("dense 32x128x128 -> 512", relu_of(kernels.dense), args, stock)
    yield Case(
        "dense 32x128x128 -> 512 gradients", relu_of(kernels.dense), args, stock, grad=(0, 1)
    )
    args = (normal(32, 128, 512), normal(512, 128))
    yield Case("dense 32x128x512 -> 128 gradients", kernels.dense, args, dense_reference, (0, 1))
    yield Case(
        "embedding 32x100 of 20000x128 gradient",
        kernels.embedding_lookup,
        (normal(20000, 128), integers(20000, 32, 100)),
        lambda table, ids: jnp.take(table, ids, axis=0),
        grad=(0,),
    )
    for classes, rows in ((10, 128), (1000, 4096)):
        logits, labels = normal(rows, classes), integers(classes, rows)
        target = jax.nn.softmax(normal(rows, classes))
        yield Case(
            f"sparse cross-entropy {rows}x{classes} gradient",
            kernels.softmax_cross_entropy_with_integer_labels,
            (logits, labels),
            softmax_cross_entropy_with_integer_labels_reference,
            grad=(0,),
        )
        yield Case(
            f"cross-entropy {rows}x{classes} gradient",
            kernels.softmax_cross_entropy,
            (logits, target),
            softmax_cross_entropy_reference,
            grad=(0,),
        )


def sequence_cases() -> Iterator[Case]:
    """Recurrent layers over 100 tokens, and attention and normalization of the transformer."""
    x, units = normal(32, 100, 128), 64
    h = jnp.zeros((32, units))

    def weights(gates, *bias):
        return normal(128, gates * units) / 10, normal(units, gates * units) / 10, normal(*bias)

    cells = {
        "lstm": (kernels.lstm, (x, h, h, *weights(4, 4 * units)), lstm_by_scan),
        "gru": (kernels.gru, (x, h, *weights(3, 2, 3 * units)), gru_by_scan),
    }
    for name, (kernel, args, stock) in cells.items():

        def outputs(*args, kernel=kernel):
            return kernel(*args)[0]

        yield Case(f"{name} 32x100x128 -> 64", outputs, args, stock)
        every = tuple(range(len(args)))
        yield Case(f"{name} 32x100x128 -> 64 gradients", outputs, args, stock, grad=every)

    qkv = tuple(normal(32, 128, 4, 32) for _ in range(3))
    yield Case("attention 32x128, 4 heads of 32", kernels.attention, qkv)
    yield Case("attention 32x128, 4 heads of 32 gradients", kernels.attention, qkv, grad=(0, 1, 2))
    for name, shape in (("layer_norm", (32, 128, 128)), ("batch_norm", (64, 32, 32, 16))):
        every = tuple(range(len(shape) - 1))
        kernel, stock = {
            "layer_norm": (
                lambda *args: kernels.layer_norm(*args),
                lambda *args: layer_norm_reference(*args, -1, 1e-3),
            ),
            "batch_norm": (
                lambda *args, every=every: kernels.batch_norm_train(*args, every),
                lambda *args, every=every: batch_norm_train_reference(*args, every, 1e-3),
            ),
        }[name]
        args = (normal(*shape), normal(shape[-1]), normal(shape[-1]))
        size = "x".join(map(str, shape))
        yield Case(f"{name} {size}", kernel, args, stock)
        yield Case(f"{name} {size} gradients", kernel, args, stock, grad=(0, 1, 2))


def lstm_by_scan(x, h, c, kernel, recurrent_kernel, bias):
    """The equations of an LSTM, step by step."""

    def step(states, x):
        h, c = states
        i, f, g, o = jnp.split(x @ kernel + h @ recurrent_kernel + bias, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    return jnp.swapaxes(lax.scan(step, (h, c), jnp.swapaxes(x, 0, 1))[1], 0, 1)


def gru_by_scan(x, h, kernel, recurrent_kernel, bias):
    """The equations of a GRU, step by step."""

    def step(h, x):
        xz, xr, xc = jnp.split(x @ kernel + bias[0], 3, axis=-1)
        hz, hr, hc = jnp.split(h @ recurrent_kernel + bias[1], 3, axis=-1)
        z = jax.nn.sigmoid(xz + hz)
        h = z * h + (1 - z) * jnp.tanh(xc + jax.nn.sigmoid(xr + hr) * hc)
        return h, h

    return jnp.swapaxes(lax.scan(step, h, jnp.swapaxes(x, 0, 1))[1], 0, 1)


GROUPS = (conv_cases, pooling_cases, random_cases, dense_cases, sequence_cases)


def program(case: Case, in_loop: bool, stock: bool) -> Callable[[], None]:
    """Compile a case; the result runs it once and waits."""
    call = case.stock if stock and case.stock else case.kernel
    shape = jax.eval_shape(call, *case.args)
    cotangent = jax.tree.map(lambda each: normal(*each.shape).astype(each.dtype), shape)

    # A new function each time: jax.jit would hand out the other formulation's trace. Gradients
    # come without the value: a large output costs more in page faults than some kernels do.
    def run(cotangent, *args):
        if not case.grad:
            return call(*args)
        gradients = jax.vjp(call, *args)[1](cotangent)
        return [gradients[i] for i in case.grad]

    def repeated(*args):
        # The barrier ties the next round to this one's results without computing anything.
        def step(_, carry):
            args, results = carry
            args, _ = lax.optimization_barrier((args, results))
            return args, run(*args)

        return lax.fori_loop(0, LOOPS - 1, step, (args, run(*args)))[1]

    jitted = jax.jit(repeated if in_loop else run)
    if stock:
        with kernels.stock_formulations():
            compiled = jitted.lower(cotangent, *case.args).compile()
    else:
        compiled = jitted.lower(cotangent, *case.args).compile()
    return lambda: jax.block_until_ready(compiled(cotangent, *case.args))


def least_ms(programs: list[Callable[[], None]], seconds: float) -> list[float]:
    """Run the programs in turn for a while; the least milliseconds of each.

    Each turn is a few runs, so that one program does not always start in the other's cache.
    """
    least = [float("inf")] * len(programs)
    end = time.perf_counter() + seconds
    rounds = 0
    while rounds < 2 or time.perf_counter() < end:
        for i, each in enumerate(programs):
            for _ in range(3):
                start = time.perf_counter()
                each()
                least[i] = min(least[i], (time.perf_counter() - start) * 1000)
        rounds += 1
    return least


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="run the cases whose name contains one of these")
    parser.add_argument("--seconds", type=float, default=1.0, help="time per case and place")
    options = parser.parse_args()
    print(f"{'case':48} {'place':6} {'kernel':>9} {'stock':>9} {'ratio':>7}")
    for group in GROUPS:
        for case in group():
            if options.words and not any(word in case.name for word in options.words):
                continue
            for place in ("entry", "loop"):
                programs = [program(case, place == "loop", stock) for stock in (False, True)]
                ours, stock = least_ms(programs, options.seconds)
                if place == "loop":
                    ours, stock = ours / LOOPS, stock / LOOPS
                ratio = stock / ours
                print(f"{case.name:48} {place:6} {ours:9.3f} {stock:9.3f} {ratio:7.2f}", flush=True)


if __name__ == "__main__":
    main()

"""A switch layer: a router sends each token to one expert; load balance is an extra loss."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops

TOKENS, WIDTH, EXPERTS, BATCH, LENGTH = 30, 8, 3, 10, 6


def load_balanced_loss(router_probs, expert_mask):
    num_experts = ops.shape(expert_mask)[-1]
    density = ops.mean(expert_mask, axis=0)
    density_proxy = ops.mean(router_probs, axis=0)
    return ops.mean(density_proxy * density) * ops.cast((num_experts**2), "float32")


class Router(layers.Layer):
    def __init__(self, num_experts, expert_capacity):
        self.num_experts = num_experts
        self.route = layers.Dense(units=num_experts)
        self.expert_capacity = expert_capacity
        super().__init__()

    def call(self, inputs, training=False):
        router_probs = keras.activations.softmax(self.route(inputs), axis=-1)
        expert_gate, expert_index = ops.top_k(router_probs, k=1)
        expert_mask = ops.one_hot(expert_index, self.num_experts)
        self.add_loss(load_balanced_loss(router_probs, expert_mask[:, 0]))
        position = ops.cast(ops.cumsum(expert_mask, axis=0) * expert_mask, "int32")
        expert_mask *= ops.cast(
            ops.less(ops.cast(position, "int32"), self.expert_capacity), "float32"
        )
        expert_mask_flat = ops.sum(expert_mask, axis=-1)
        expert_gate *= expert_mask_flat
        combined = ops.expand_dims(
            expert_gate
            * expert_mask_flat
            * ops.squeeze(ops.one_hot(expert_index, self.num_experts), 1),
            -1,
        ) * ops.squeeze(ops.one_hot(position, self.expert_capacity), 1)
        return ops.cast(combined, "bool"), combined


class Switch(layers.Layer):
    def __init__(self, num_experts, embed_dim, ff_dim, num_tokens_per_batch):
        self.num_experts, self.embed_dim = num_experts, embed_dim
        self.experts = [
            keras.Sequential([layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)])
            for _ in range(num_experts)
        ]
        self.expert_capacity = num_tokens_per_batch // num_experts
        self.router = Router(num_experts, self.expert_capacity)
        super().__init__()

    def call(self, inputs):
        num_tokens = ops.shape(inputs)[0]
        dispatch, combine = self.router(inputs)
        expert_inputs = ops.einsum("ab,acd->cdb", inputs, ops.cast(dispatch, "float32"))
        expert_inputs = ops.reshape(
            expert_inputs, [self.num_experts, self.expert_capacity, self.embed_dim]
        )
        outputs = [
            self.experts[index](expert)
            for index, expert in enumerate(ops.unstack(expert_inputs, num=self.num_experts, axis=0))
        ]
        stacked = ops.stack(outputs, axis=1)
        result = ops.einsum("abc,xba->xc", stacked, combine)
        return ops.reshape(result, [num_tokens, self.embed_dim])


class SwitchBlock(layers.Layer):
    def __init__(self, ffn):
        super().__init__()
        self.attention = layers.MultiHeadAttention(num_heads=2, key_dim=WIDTH)
        self.ffn = ffn
        self.norm1, self.norm2 = (
            layers.LayerNormalization(epsilon=1e-6),
            layers.LayerNormalization(epsilon=1e-6),
        )

    def call(self, inputs):
        batch, length = ops.shape(inputs)[0], ops.shape(inputs)[1]
        x = self.norm1(inputs + self.attention(inputs, inputs))
        routed = self.ffn(ops.reshape(x, [-1, WIDTH]))
        return self.norm2(x + ops.reshape(routed, [batch, length, WIDTH]))


inputs = layers.Input(shape=(LENGTH,), batch_size=BATCH)
x = layers.Embedding(TOKENS, WIDTH)(inputs)
x = SwitchBlock(Switch(EXPERTS, WIDTH, 16, BATCH * LENGTH))(x)
outputs = layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling1D()(x))
model = same_start(keras.Model(inputs, outputs))
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
rng = np.random.default_rng(0)
ids, labels = rng.integers(0, TOKENS, (30, LENGTH)), rng.integers(0, 2, 30)
history = model.fit(ids, labels, batch_size=BATCH, epochs=3, shuffle=False)
report(
    history=history.history,
    predicted=model.predict(ids[:BATCH])[:3],
)

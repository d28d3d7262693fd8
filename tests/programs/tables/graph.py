"""Graph networks: node classification by gathers and segment sums, attention over edges."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops

NODES, FEATURES, CLASSES, EDGES = 20, 6, 3, 60
rng = np.random.default_rng(0)
features = rng.normal(size=(NODES, FEATURES)).astype("float32")
edges = rng.integers(0, NODES, (2, EDGES)).astype("int32")
labels = rng.integers(0, CLASSES, NODES)


def create_ffn(units):
    return keras.Sequential(
        [
            layer
            for size in units
            for layer in (layers.BatchNormalization(), layers.Dense(size, activation="gelu"))
        ]
    )


class GraphConvLayer(layers.Layer):
    def __init__(self, units, aggregation="mean", **kwargs):
        super().__init__(**kwargs)
        self.aggregation = aggregation
        self.ffn_prepare = create_ffn(units)
        self.update_fn = create_ffn(units)

    def aggregate(self, node_indices, messages, representations):
        count = ops.shape(representations)[0]
        total = ops.segment_sum(messages, node_indices, num_segments=count)
        if self.aggregation == "mean":
            ones = ops.ones_like(messages[:, :1])
            total = total / ops.maximum(
                ops.segment_sum(ones, node_indices, num_segments=count), 1.0
            )
        return total

    def call(self, inputs):
        representations, edges, weights = inputs
        sources, targets = edges[0], edges[1]
        neighbors = ops.take(representations, targets, axis=0)
        messages = self.ffn_prepare(neighbors) * ops.expand_dims(weights, -1)
        aggregated = self.aggregate(sources, messages, representations)
        return ops.normalize(
            self.update_fn(ops.concatenate([representations, aggregated], axis=1)), axis=-1
        )


class GraphAttention(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[0][-1], self.units),
            trainable=True,
            initializer="glorot_uniform",
            name="kernel",
        )
        self.kernel_attention = self.add_weight(
            shape=(self.units * 2, 1),
            trainable=True,
            initializer="glorot_uniform",
            name="kernel_attention",
        )
        self.built = True

    def call(self, inputs):
        states, edges = inputs
        transformed = ops.matmul(states, self.kernel)
        pairs = ops.take(transformed, ops.transpose(edges), axis=0)
        scores = ops.leaky_relu(
            ops.matmul(ops.reshape(pairs, (-1, 2 * self.units)), self.kernel_attention)
        )
        scores = ops.exp(ops.clip(ops.squeeze(scores, -1), -2, 2))
        sums = ops.segment_sum(scores, edges[0], num_segments=NODES)
        scores = scores / ops.take(sums, edges[0], axis=0)
        return ops.segment_sum(
            ops.take(transformed, edges[1], axis=0) * scores[:, None], edges[0], num_segments=NODES
        )


class GNNNodeClassifier(keras.Model):
    def __init__(self, graph_info, num_classes, hidden, *args, **kwargs):
        super().__init__(*args, **kwargs)
        features, edges, weights = graph_info
        self.node_features, self.edges = ops.convert_to_tensor(features), edges
        self.edge_weights = weights / ops.sum(weights)
        self.preprocess = create_ffn(hidden)
        self.conv1, self.conv2 = GraphConvLayer(hidden, "mean"), GraphConvLayer(hidden, "sum")
        self.attention = GraphAttention(hidden[-1])
        self.compute_logits = layers.Dense(num_classes, name="logits")

    def call(self, input_node_indices):
        x = self.preprocess(self.node_features)
        x = self.conv1((x, self.edges, self.edge_weights)) + x
        x = self.conv2((x, self.edges, self.edge_weights)) + x
        x = x + self.attention([x, self.edges])
        return self.compute_logits(ops.take(x, input_node_indices, axis=0))


model = GNNNodeClassifier((features, edges, ops.ones(shape=EDGES)), CLASSES, [8, 8])
shape = list(model(ops.convert_to_tensor([1, 10, 7])).shape)
same_start(model)
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
)
history = model.fit(
    np.arange(NODES),
    labels,
    epochs=3,
    batch_size=8,
    shuffle=False,
    verbose=0,
    validation_split=0.15,
)
report(history=history.history, shape=shape, logits=model.predict(np.array([1, 10, 7]), verbose=0))

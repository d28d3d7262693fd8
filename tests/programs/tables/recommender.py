"""Recommenders: dot product of embeddings in a subclass, two towers with in-batch negatives."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops
USERS, MOVIES, SIZE = 12, 15, 6


class RecommenderNet(keras.Model):
    def __init__(self, num_users, num_movies, embedding_size, **kwargs):
        super().__init__(**kwargs)
        regularizer = keras.regularizers.l2(1e-6)
        options = {"embeddings_initializer": "he_normal", "embeddings_regularizer": regularizer}
        self.user_embedding = layers.Embedding(num_users, embedding_size, **options)
        self.user_bias = layers.Embedding(num_users, 1)
        self.movie_embedding = layers.Embedding(num_movies, embedding_size, **options)
        self.movie_bias = layers.Embedding(num_movies, 1)

    def call(self, inputs):
        user_vector = self.user_embedding(inputs[:, 0])
        user_bias = self.user_bias(inputs[:, 0])
        movie_vector = self.movie_embedding(inputs[:, 1])
        movie_bias = self.movie_bias(inputs[:, 1])
        dot_user_movie = ops.tensordot(user_vector, movie_vector, 2)
        return ops.nn.sigmoid(dot_user_movie + user_bias + movie_bias)


class TwoTower(keras.Model):
    def __init__(self):
        super().__init__()
        self.query = keras.Sequential([layers.Embedding(USERS, SIZE), layers.Dense(SIZE)])
        self.candidate = keras.Sequential([layers.Embedding(MOVIES, SIZE), layers.Dense(SIZE)])
        self.loss_fn = keras.losses.CategoricalCrossentropy(from_logits=True)

    def call(self, inputs):
        return {"query": self.query(inputs["user"]), "candidate": self.candidate(inputs["movie"])}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        scores = ops.matmul(y_pred["query"], ops.transpose(y_pred["candidate"]))
        return self.loss_fn(ops.eye(ops.shape(scores)[0]), scores)


rng = np.random.default_rng(0)
pairs = np.stack([rng.integers(0, USERS, 70), rng.integers(0, MOVIES, 70)], axis=1)
ratings = rng.uniform(size=70)

model = RecommenderNet(USERS, MOVIES, SIZE)
model(pairs[:1])
same_start(model)
model.compile(
    loss=keras.losses.BinaryCrossentropy(), optimizer=keras.optimizers.Adam(learning_rate=0.001)
)
history = model.fit(
    x=pairs, y=ratings, batch_size=16, epochs=2, verbose=0, shuffle=False,
    validation_data=(pairs[:11], ratings[:11]),
)  # fmt: skip
unseen = np.setdiff1d(np.arange(MOVIES), pairs[pairs[:, 0] == 3, 1])
candidates = np.hstack((np.full((len(unseen), 1), 3), unseen[:, None]))
best = model.predict(candidates, verbose=0).flatten().argsort()[-3:][::-1]

towers = TwoTower()
features = {"user": pairs[:, 0], "movie": pairs[:, 1]}
towers({name: values[:2] for name, values in features.items()})
same_start(towers)
towers.compile(optimizer=keras.optimizers.Adagrad(0.1))
tower_history = towers.fit(features, epochs=2, batch_size=32, shuffle=False, verbose=0).history
scores = ops.matmul(towers.query(np.arange(4)), ops.transpose(towers.candidate(np.arange(MOVIES))))
values, indices = ops.top_k(scores, 3)
report(
    history=history.history, best=unseen[best], towers=tower_history, values=values, indices=indices
)

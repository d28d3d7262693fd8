"""Actor and critic on a small environment of one's own, gradients through whole episodes."""

import jax
import jax.numpy as jnp
import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops
GAMMA, EPSILON = 0.99, float(np.finfo(np.float32).eps)


class Balance:
    """A point that two actions push; it ends when it leaves the interval."""

    def reset(self, start):
        self.state = np.array([start, 0.0, 0.1, -start], "float32")
        return self.state

    def step(self, action):
        position, speed, drift, _ = self.state
        speed += (1 if action == 1 else -1) * 0.1 + drift * 0.1
        position += speed
        self.state = np.array([position, speed, drift, -position], "float32")
        return self.state, 1.0, abs(position) > 1


inputs = layers.Input(shape=(4,))
common = layers.Dense(16, activation="relu")(inputs)
action = layers.Dense(2, activation="softmax")(common)
critic = layers.Dense(1)(common)
model = same_start(keras.Model(inputs=inputs, outputs=[action, critic]))
optimizer = keras.optimizers.Adam(learning_rate=0.01)
huber_loss = keras.losses.Huber()
rng = np.random.default_rng(0)
environment = Balance()


def run_episode(start):
    states, actions, rewards = [], [], []
    state = environment.reset(start)
    for _ in range(15):
        probabilities, _ = model(ops.expand_dims(ops.convert_to_tensor(state), 0))
        choice = int(rng.uniform() > float(np.squeeze(probabilities)[0]))
        states.append(state)
        actions.append(choice)
        state, reward, done = environment.step(choice)
        rewards.append(reward)
        if done:
            break
    return np.stack(states), np.array(actions), rewards


def discounted(rewards):
    returns, total = [], 0.0
    for reward in rewards[::-1]:
        total = reward + GAMMA * total
        returns.insert(0, total)
    returns = np.array(returns)
    return ((returns - np.mean(returns)) / (np.std(returns) + EPSILON)).astype("float32")


def loss_fn(trainable, states, actions, returns):
    (probabilities, values), _ = model.stateless_call(trainable, [], states)
    log_probs = jnp.log(jnp.take_along_axis(probabilities, actions[:, None], axis=1)[:, 0])
    values = ops.squeeze(values, -1)
    actor = -jnp.sum(log_probs * (returns - jax.lax.stop_gradient(values)))
    return actor + huber_loss(values, returns) * len(returns)


losses, lengths = [], []
for episode in range(4):
    states, actions, rewards = run_episode(0.1 * episode)
    lengths.append(len(rewards))
    loss, gradients = jax.value_and_grad(loss_fn)(
        [v.value for v in model.trainable_variables], states, actions, discounted(rewards)
    )
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    losses.append(loss)

# A target network follows slowly.
target = keras.models.clone_model(model)
target.set_weights(model.get_weights())
for slow, fast in zip(target.variables, model.variables):
    slow.assign(fast * 0.005 + slow * (1 - 0.005))
report(
    losses=losses, lengths=lengths, value=target(np.zeros((1, 4)))[1], steps=optimizer.iterations
)

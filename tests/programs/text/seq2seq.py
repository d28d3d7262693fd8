"""Character translation: LSTM encoder and decoder, two inference models cut out of the graph."""

import numpy as np
from common import keras, report, same_start

PAIRS = [
    ("go", "va"),
    ("hi", "salut"),
    ("run", "cours"),
    ("who", "qui"),
    ("wow", "ca"),
    ("fire", "feu"),
]
TARGETS = [f"\t{target}\n" for _, target in PAIRS]
SOURCE_CHARS = sorted({c for source, _ in PAIRS for c in source} | {" "})
TARGET_CHARS = sorted({c for target in TARGETS for c in target} | {" "})
SOURCE_INDEX = {c: i for i, c in enumerate(SOURCE_CHARS)}
TARGET_INDEX = {c: i for i, c in enumerate(TARGET_CHARS)}
SOURCE_LENGTH = max(len(source) for source, _ in PAIRS)
TARGET_LENGTH = max(map(len, TARGETS))
LATENT = 12

encoder_data = np.zeros((len(PAIRS), SOURCE_LENGTH, len(SOURCE_CHARS)), "float32")
decoder_data = np.zeros((len(PAIRS), TARGET_LENGTH, len(TARGET_CHARS)), "float32")
decoder_target = np.zeros_like(decoder_data)
for i, ((source, _), target) in enumerate(zip(PAIRS, TARGETS)):
    for t, char in enumerate(source.ljust(SOURCE_LENGTH)):
        encoder_data[i, t, SOURCE_INDEX[char]] = 1.0
    for t, char in enumerate(target.ljust(TARGET_LENGTH)):
        decoder_data[i, t, TARGET_INDEX[char]] = 1.0
        if t > 0:
            decoder_target[i, t - 1, TARGET_INDEX[char]] = 1.0
    decoder_target[i, -1, TARGET_INDEX[" "]] = 1.0

encoder_inputs = keras.Input(shape=(None, len(SOURCE_CHARS)))
encoder = keras.layers.LSTM(LATENT, return_state=True)
encoder_outputs, state_h, state_c = encoder(encoder_inputs)
decoder_inputs = keras.Input(shape=(None, len(TARGET_CHARS)))
decoder_lstm = keras.layers.LSTM(LATENT, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=[state_h, state_c])
decoder_dense = keras.layers.Dense(len(TARGET_CHARS), activation="softmax")
model = keras.Model([encoder_inputs, decoder_inputs], decoder_dense(decoder_outputs))
same_start(model)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    [encoder_data, decoder_data], decoder_target,
    batch_size=4, epochs=3, validation_split=0.2, shuffle=False, verbose=0,
)  # fmt: skip
model.save("translator.keras")

# A fresh model from the file, taken apart by position and by attribute.
model = keras.models.load_model("translator.keras")
encoder_inputs = model.input[0]
encoder_outputs, state_h_enc, state_c_enc = model.layers[2].output
encoder_model = keras.Model(encoder_inputs, [state_h_enc, state_c_enc])
decoder_inputs = model.input[1]
state_inputs = [keras.Input(shape=(LATENT,)), keras.Input(shape=(LATENT,))]
decoder_lstm = model.layers[3]
decoder_outputs, state_h_dec, state_c_dec = decoder_lstm(decoder_inputs, initial_state=state_inputs)
decoder_outputs = model.layers[4](decoder_outputs)
decoder_model = keras.Model(
    [decoder_inputs, *state_inputs], [decoder_outputs, state_h_dec, state_c_dec]
)


def translate(sequence):
    states = encoder_model.predict(sequence, verbose=0)
    target = np.zeros((1, 1, len(TARGET_CHARS)))
    target[0, 0, TARGET_INDEX["\t"]] = 1.0
    decoded = ""
    while len(decoded) < TARGET_LENGTH:
        tokens, h, c = decoder_model.predict([target, *states], verbose=0)
        index = int(np.argmax(tokens[0, -1, :]))
        decoded += TARGET_CHARS[index]
        if decoded.endswith("\n"):
            break
        target = np.zeros((1, 1, len(TARGET_CHARS)))
        target[0, 0, index] = 1.0
        states = [h, c]
    return decoded


report(
    history=history.history,
    layers=[type(layer).__name__ for layer in model.layers],
    translations=[translate(encoder_data[i : i + 1]) for i in range(3)],
    states=encoder_model.predict(encoder_data[:2], verbose=0),
)

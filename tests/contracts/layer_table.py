"""How to make each layer, and what to call it on: one line per public layer."""

from __future__ import annotations

import cornu
from tests.contracts.catalog import Case, array, image_layers

VECTORS = array((2, 4))
SEQUENCES = array((2, 5, 4))
IMAGES = array((2, 6, 6, 4))
VOLUMES = array((2, 4, 4, 4, 2))
IDS = array((2, 5), "int32")
STATE = array((2, 3))
# Convolutional sequences: (batch, time, [height, [width,]] length, channels).
LINES = array((2, 3, 5, 2))
FILMS = array((2, 3, 4, 4, 2))
BLOCKS = array((2, 2, 3, 3, 3, 2))

LEFT_OUT = {
    "InputLayer": "it stands for an input and is not called",
    "InputSpec": "it is no layer",
    "Layer": "it is the base, with no `call`",
    "Wrapper": "it is a base, with no `call`",
    # Compiling each of them for every contract would cost minutes.
    **dict.fromkeys(image_layers(), "tests/layers/preprocessing/image loops over layers on images"),
}


@cornu.saving.register_keras_serializable("contracts")
def negative(x):
    """What the `Lambda` of the table does."""
    return -x


def _plain(names: str, make, *inputs) -> dict[str, Case]:
    """The same line for several layers; `make` takes the class."""
    return {
        name: Case(lambda layers, name=name: make(getattr(layers, name)), *inputs)
        for name in names.split()
    }


def _by_rank(stem: str, make, inputs: tuple = (SEQUENCES, IMAGES, VOLUMES)) -> dict[str, Case]:
    """The same line for the layers of one, two and three spatial dimensions."""
    cases = {}
    for rank, value in enumerate(inputs, start=1):
        cases |= _plain(f"{stem}{rank}D", make, value)
    return cases


LAYERS: dict[str, Case] = {
    # activations
    **_plain("ELU LeakyReLU PReLU ReLU Softmax Identity", lambda layer: layer(), SEQUENCES),
    "Activation": Case(lambda layers: layers.Activation("tanh"), SEQUENCES),
    # attention
    **_plain("Attention AdditiveAttention", lambda layer: layer(), [SEQUENCES, SEQUENCES]),
    "MultiHeadAttention": Case(lambda layers: layers.MultiHeadAttention(2, 3), *[SEQUENCES] * 2),
    "GroupQueryAttention": Case(
        lambda layers: layers.GroupQueryAttention(4, 4, 2), SEQUENCES, SEQUENCES
    ),
    # convolution
    **_by_rank("Conv", lambda layer: layer(3, 2)),
    "Conv1DTranspose": Case(lambda layers: layers.Conv1DTranspose(3, 2), SEQUENCES),
    "Conv2DTranspose": Case(lambda layers: layers.Conv2DTranspose(3, 2), IMAGES),
    "Conv3DTranspose": Case(lambda layers: layers.Conv3DTranspose(3, 2), VOLUMES),
    **_by_rank("DepthwiseConv", lambda layer: layer(2), (SEQUENCES, IMAGES)),
    **_by_rank("SeparableConv", lambda layer: layer(3, 2), (SEQUENCES, IMAGES)),
    # core
    "Dense": Case(lambda layers: layers.Dense(3), VECTORS),
    "EinsumDense": Case(
        lambda layers: layers.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d"), SEQUENCES
    ),
    "Embedding": Case(lambda layers: layers.Embedding(3, 4), IDS),
    "Lambda": Case(lambda layers: layers.Lambda(negative), VECTORS),
    "Pipeline": Case(
        lambda layers: layers.Pipeline([layers.Rescaling(0.5), layers.ReLU()]), SEQUENCES
    ),
    "Masking": Case(lambda layers: layers.Masking(), SEQUENCES),
    "SpectralNormalization": Case(
        lambda layers: layers.SpectralNormalization(layers.Dense(3)), VECTORS
    ),
    "TimeDistributed": Case(lambda layers: layers.TimeDistributed(layers.Dense(3)), SEQUENCES),
    # merging
    **_plain(
        "Add Average Concatenate Maximum Minimum Multiply Subtract",
        lambda layer: layer(),
        [SEQUENCES, SEQUENCES + 1],
    ),
    "Dot": Case(lambda layers: layers.Dot(axes=-1), [VECTORS, VECTORS]),
    # normalization
    **_plain(
        "BatchNormalization LayerNormalization RMSNormalization UnitNormalization",
        lambda layer: layer(),
        SEQUENCES,
    ),
    "GroupNormalization": Case(lambda layers: layers.GroupNormalization(2), IMAGES),
    # pooling
    **_by_rank("AdaptiveAveragePooling", lambda layer: layer(2)),
    **_by_rank("AdaptiveMaxPooling", lambda layer: layer(2)),
    **_by_rank("AveragePooling", lambda layer: layer(2)),
    **_by_rank("GlobalAveragePooling", lambda layer: layer()),
    **_by_rank("GlobalMaxPooling", lambda layer: layer()),
    **_by_rank("MaxPooling", lambda layer: layer(2)),
    # preprocessing
    "Normalization": Case(lambda layers: layers.Normalization(mean=0.5, variance=0.1), VECTORS),
    "Rescaling": Case(lambda layers: layers.Rescaling(0.5, 1.0), IMAGES),
    # regularization
    **_plain(
        "AlphaDropout Dropout GaussianDropout GaussianNoise", lambda layer: layer(0.3), SEQUENCES
    ),
    **_by_rank("SpatialDropout", lambda layer: layer(0.3)),
    "ActivityRegularization": Case(lambda layers: layers.ActivityRegularization(0.1), VECTORS),
    # reshaping
    **_by_rank("Cropping", lambda layer: layer(1)),
    **_by_rank("UpSampling", lambda layer: layer(2)),
    **_by_rank("ZeroPadding", lambda layer: layer(1)),
    "Flatten": Case(lambda layers: layers.Flatten(), IMAGES),
    "Permute": Case(lambda layers: layers.Permute((2, 1)), SEQUENCES),
    "RepeatVector": Case(lambda layers: layers.RepeatVector(2), VECTORS),
    "Reshape": Case(lambda layers: layers.Reshape((-1, 2)), SEQUENCES),
    # recurrence
    **_plain("GRU LSTM SimpleRNN", lambda layer: layer(3), SEQUENCES),
    **_plain("GRUCell SimpleRNNCell", lambda layer: layer(3), VECTORS, [STATE]),
    "LSTMCell": Case(lambda layers: layers.LSTMCell(3), VECTORS, [STATE, STATE]),
    "StackedRNNCells": Case(
        lambda layers: layers.StackedRNNCells([layers.GRUCell(3)]), VECTORS, [STATE]
    ),
    "ConvLSTM1D": Case(lambda layers: layers.ConvLSTM1D(2, 2), LINES),
    "ConvLSTM2D": Case(lambda layers: layers.ConvLSTM2D(2, 2), FILMS),
    "ConvLSTM3D": Case(lambda layers: layers.ConvLSTM3D(2, 2), BLOCKS),
    "RNN": Case(lambda layers: layers.RNN(layers.GRUCell(3), return_sequences=True), SEQUENCES),
    "Bidirectional": Case(lambda layers: layers.Bidirectional(layers.GRU(3)), SEQUENCES),
}

"""Names of operations in Keras's files: `expand_dims` is `ExpandDims` of `keras.src.ops.numpy`.

A class there is the function's name in camel case, and most stand in the module of NumPy's
functions; the tables hold the others.
"""

from __future__ import annotations

from cornu.engine.names import to_snake_case

CLASS_NAMES = {
    "allclose": "AllClose",
    "batch_normalization": "BatchNorm",
    "cdist": "CDist",
    "ctc_decode": "CTCDecode",
    "ctc_loss": "CTCLoss",
    "extract_patches_3d": "ExtractPatches",
    "fft": "FFT",
    "fft2": "FFT2",
    "hsv_to_rgb": "HSVToRGB",
    "ifft2": "IFFT2",
    "irfft": "IRFFT",
    "isin": "IsIn",
    "istft": "ISTFT",
    "jvp": "JVP",
    "layer_normalization": "LayerNorm",
    "psnr": "PSNR",
    "re_lu": "ReLU",
    "rfft": "RFFT",
    "rgb_to_grayscale": "RGBToGrayscale",
    "rgb_to_hsv": "RGBToHSV",
    "rms_normalization": "RMSNorm",
    "searchsorted": "SearchSorted",
    "ssim": "SSIM",
    "stft": "STFT",
    "svd": "SVD",
}

FAMILIES = {
    "core": (
        "associative_scan cast cond convert_to_tensor fori_loop map saturate_cast scan "
        "scatter scatter_update slice slice_update stop_gradient switch unstack "
        "vectorized_map while_loop"
    ),
    "einops": ("rearrange"),
    "image": (
        "affine_transform crop_images elastic_transform extract_patches extract_patches_3d "
        "gaussian_blur hsv_to_rgb map_coordinates pad_images perspective_transform resize "
        "rgb_to_grayscale "
        "rgb_to_hsv scale_and_translate sobel_edges ssim"
    ),
    "linalg": (
        "cholesky cholesky_inverse det eig eigh inv jvp lstsq lu_factor matrix_rank norm pinv "
        "qr solve solve_triangular svd"
    ),
    "math": (
        "cdist erf erfc erfinv extract_sequences fft fft2 ifft2 in_top_k irfft istft logdet "
        "logsumexp rfft rsqrt segment_max segment_min segment_prod segment_sum stft top_k "
        "view_as_complex view_as_real"
    ),
    "nn": (
        "adaptive_average_pool adaptive_max_pool average_pool batch_normalization "
        "binary_crossentropy categorical_crossentropy celu conv conv_transpose ctc_decode "
        "ctc_loss depth_to_space depthwise_conv dot_product_attention elu fold gelu glu "
        "hard_shrink hard_sigmoid hard_silu hard_tanh layer_normalization leaky_relu "
        "log_sigmoid log_softmax max_pool moments multi_hot normalize one_hot polar psnr relu "
        "relu6 rms_normalization selu separable_conv sigmoid silu soft_shrink softmax "
        "softplus softsign space_to_depth sparse_categorical_crossentropy sparse_plus "
        "sparse_sigmoid sparsemax squareplus tanh_shrink threshold unfold"
    ),
}
FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names.split()}
OP_NAMES = {
    **{class_name: name for name, class_name in CLASS_NAMES.items()},
    # Two functions share the first class; no function of Keras uses the other two.
    "ExtractPatches": "extract_patches",
    "Abs": "absolute",
    "Conj": "conjugate",
}


def class_name(op_name: str) -> str:
    """The name of the operation's class in Keras.

    >>> from cornu.ops.keras_names import class_name
    >>> class_name("expand_dims")
    'ExpandDims'
    """
    camel = "".join(part[:1].upper() + part[1:] for part in op_name.split("_"))
    return CLASS_NAMES.get(op_name, camel)


def to_keras(op_name: str) -> tuple[str, str]:
    """Module and class of an operation in Keras's files.

    Args:
        op_name: name of a function of `cornu.ops`.

    >>> from cornu.ops.keras_names import to_keras
    >>> to_keras("top_k")
    ('keras.src.ops.math', 'TopK')
    """
    if op_name == "re_lu":  # the activation, with its slope and limits
        return "keras.src.activations.activations", "ReLU"
    return f"keras.src.ops.{FAMILY_OF.get(op_name, 'numpy')}", class_name(op_name)


def from_keras(keras_class: str) -> str:
    """Name of the function of `cornu.ops` that a class of Keras's files stands for.

    Args:
        keras_class: class name, such as `"ExpandDims"`.

    >>> from cornu.ops.keras_names import from_keras
    >>> from_keras("ExpandDims")
    'expand_dims'
    """
    return OP_NAMES.get(keras_class) or to_snake_case(keras_class)


def graph_name(op_name: str) -> str:
    """The name that Keras gives a call of the operation in a graph, before it is made unique."""
    return to_snake_case(class_name(op_name))

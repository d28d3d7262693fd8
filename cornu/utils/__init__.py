"""Helpers under Keras's names, loaded when first used."""

from cornu.engine.lazy import lazy_names

_HOMES = {
    "Config": "cornu.core.settings_object",
    "CustomObjectScope": "cornu.core.registry",
    "FeatureSpace": "cornu.models.tables",
    "Progbar": "cornu.training.display.progbar",
    "PyDataset": "cornu.data.py_dataset",
    "Sequence": "cornu.data.py_dataset",
    "array_to_img": "cornu.preprocessing.image",
    "audio_dataset_from_directory": "cornu.data.directories",
    "bounding_boxes": "cornu.layers.preprocessing.image",
    "clear_session": "cornu.core.session",
    "custom_object_scope": "cornu.core.registry",
    "deserialize_keras_object": "cornu.core.registry",
    "disable_interactive_logging": "cornu.engine.config",
    "enable_interactive_logging": "cornu.engine.config",
    "get_custom_objects": "cornu.core.registry",
    "get_file": "cornu.data.download",
    "get_registered_name": "cornu.core.registry",
    "get_registered_object": "cornu.core.registry",
    "get_source_inputs": "cornu.core.graph",
    "image_dataset_from_directory": "cornu.data.directories",
    "img_to_array": "cornu.preprocessing.image",
    "is_interactive_logging_enabled": "cornu.engine.config",
    "is_keras_tensor": "cornu.ops.symbolic",
    "legacy": "cornu",
    "load_img": "cornu.preprocessing.image",
    "model_to_dot": "cornu.visualization",
    "normalize": "cornu.data.labels",
    "pack_x_y_sample_weight": "cornu.data.batch",
    "pad_sequences": "cornu.preprocessing.sequence",
    "plot_model": "cornu.visualization",
    "register_keras_serializable": "cornu.core.registry",
    "save_img": "cornu.preprocessing.image",
    "serialize_keras_object": "cornu.core.registry",
    "set_random_seed": "cornu.core.session",
    "split_dataset": "cornu.data.splitting",
    "standardize_dtype": "cornu.engine.dtypes",
    "table_features": "cornu.models.tables",
    "table_rows": "cornu.models.tables",
    "text_dataset_from_directory": "cornu.data.directories",
    "timeseries_dataset_from_array": "cornu.preprocessing.timeseries",
    "to_categorical": "cornu.data.labels",
    "unpack_x_y_sample_weight": "cornu.data.batch",
}
# Names that differ at home; `Sequence` is that of `PyDataset` before Keras 3.
_RENAMED = {
    "Sequence": "PyDataset",
    "deserialize_keras_object": "deserialize",
    "serialize_keras_object": "serialize",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES, _RENAMED)

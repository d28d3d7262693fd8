"""From objects to plain values and back, through a closed table of classes.

Each room publishes its public classes and functions under the module name that Keras's files use.
A name in a file is looked up here and nowhere else: nothing a file says is ever imported. Users add
their own classes with `register_keras_serializable` or `custom_objects`; a class that derives from
one of ours, in a module that the process has imported already, is found too.
"""

from __future__ import annotations

import base64
import contextlib
import difflib
import inspect
import marshal
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core.serialization import published, sharing
from cornu.core.serialization.published import PUBLISHED as PUBLISHED
from cornu.core.serialization.published import publish as publish
from cornu.core.serialization.published import published_name as published_name
from cornu.engine import dtypes, limits
from cornu.engine.errors import DAMAGE, LoadError
from cornu.ops.symbolic import KerasTensor

CUSTOM_OBJECTS: dict[str, Any] = {}
CUSTOM_NAMES: dict[Any, str] = {}


class UnknownNameError(LoadError, TypeError):
    """A file or config names a class or function that nobody published or registered."""


class WrongKindError(LoadError, TypeError):
    """A config stands where one of another kind of object belongs, or does not fit its class."""


class _Thread(threading.local):
    custom_objects: tuple[dict, ...] = ()
    safe_mode: bool | None = None


_thread = _Thread()


_getters: dict[str, Callable] = {}


def publish_getter(kind: str, getter: Callable) -> None:
    """Enter a room's `get` function: what turns a name or config into an object of that kind."""
    _getters[kind] = getter


def get(kind: str, identifier: Any) -> Any:
    """The initializer, regularizer, constraint, ... that an identifier means; None for None."""
    if identifier is None or (callable(identifier) and not inspect.isclass(identifier)):
        return identifier
    return _getters[kind](identifier)


# --- names of the user's own classes -----------------------------------------------------------


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable:
    """Decorator that lets files refer to a class or function as `package>name`.

    Args:
        package: prefix that keeps names of different projects apart.
        name: the class's own name by default.

    Raises:
        ValueError: for a class without `get_config`, or an empty package or name.

    >>> @keras.saving.register_keras_serializable(package="shop")
    ... class Scale(keras.layers.Layer):
    ...     pass
    >>> keras.saving.get_registered_name(Scale)
    'shop>Scale'
    """

    def decorator(member: Any) -> Any:
        registered = f"{package}>{name or member.__name__}"
        if inspect.isclass(member) and not hasattr(member, "get_config"):
            raise ValueError(
                f"Class {member.__name__} cannot be registered: it has no `get_config` method. "
                "Write one that returns the constructor's arguments as a dict."
            )
        CUSTOM_OBJECTS[registered] = member
        CUSTOM_NAMES[member] = registered
        return member

    return decorator


def get_registered_name(obj: Any) -> str:
    """The name under which a class or function was registered, or its own name.

    Args:
        obj: a class or function.

    >>> keras.saving.get_registered_name(keras.layers.Dense)
    'Dense'
    """
    return CUSTOM_NAMES.get(obj, getattr(obj, "__name__", str(obj)))


def get_registered_object(
    name: str, custom_objects: dict | None = None, module_objects: dict | None = None
) -> Any:
    """The class or function of that name, or None.

    Args:
        name: registered or plain name.
        custom_objects: looked at after the active scopes.
        module_objects: looked at last.

    >>> keras.saving.get_registered_object("no_such_name") is None
    True
    """
    for table in (
        *reversed(_thread.custom_objects),
        custom_objects,
        CUSTOM_OBJECTS,
        module_objects,
    ):
        if table and name in table:
            return table[name]
    return None


def get_custom_objects() -> dict:
    """The table of registered objects, which may be changed in place.

    >>> keras.saving.get_custom_objects()["twice"] = lambda x: 2 * x
    >>> keras.layers.Activation("twice")(3.0)
    Array(6., dtype=float32)
    >>> del keras.saving.get_custom_objects()["twice"]
    """
    return CUSTOM_OBJECTS


class CustomObjectScope:
    """Names in this dict resolve to its values while the scope is active.

    Args:
        custom_objects: dict from name to class or function.

    >>> with keras.saving.CustomObjectScope({"twice": lambda x: 2 * x}):
    ...     layer = keras.layers.Activation("twice")
    """

    def __init__(self, custom_objects: dict | None):
        self.custom_objects = dict(custom_objects or {})

    def __enter__(self) -> CustomObjectScope:
        self._outer = _thread.custom_objects
        _thread.custom_objects = (*self._outer, self.custom_objects)
        return self

    def __exit__(self, *exc: Any) -> None:
        _thread.custom_objects = self._outer


custom_object_scope = CustomObjectScope


@contextlib.contextmanager
def safe_mode(enabled: bool | None) -> Iterator[None]:
    """Whether code stored in a file (a lambda) is refused while loading."""
    outer = _thread.safe_mode
    _thread.safe_mode = enabled
    try:
        yield
    finally:
        _thread.safe_mode = outer


def in_safe_mode() -> bool:
    """Whether code stored in files is refused; True unless switched off."""
    return _thread.safe_mode is not False


def enable_unsafe_deserialization() -> None:
    """Allow lambdas stored in files to run, in this thread.

    >>> keras.config.enable_unsafe_deserialization()
    >>> from cornu.core import registry
    >>> registry.in_safe_mode()
    False
    >>> registry._thread.safe_mode = None
    """
    _thread.safe_mode = False


# --- to plain values ---------------------------------------------------------------------------


def serialize(obj: Any) -> Any:
    """An object as values that JSON can hold.

    Args:
        obj: a published or registered object with `get_config`, a function, an array, a symbolic
            tensor, or a nested structure of these.

    Raises:
        ValueError: if it can be none of these.

    >>> keras.saving.serialize_keras_object(keras.initializers.Zeros())["class_name"]
    'Zeros'
    """
    return sharing.written(lambda: _plain(obj))


def _plain(obj: Any) -> Any:
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, (list, tuple)):
        return type(obj)(map(_plain, obj)) if type(obj) in (list, tuple) else [*map(_plain, obj)]
    if isinstance(obj, dict):
        return {key: _plain(value) for key, value in obj.items()}
    if isinstance(obj, np.generic) and obj.ndim == 0:
        return obj.item()
    if isinstance(obj, np.ndarray):
        return _tagged("__numpy__", value=obj.tolist(), dtype=obj.dtype.name)
    if isinstance(obj, jax.Array):
        return _tagged("__tensor__", value=np.asarray(obj).tolist(), dtype=obj.dtype.name)
    if isinstance(obj, KerasTensor):
        return _tagged("__keras_tensor__", **_tensor_config(obj))
    if isinstance(obj, slice):
        parts = (_plain(part) for part in (obj.start, obj.stop, obj.step))
        return _tagged("__slice__", **dict(zip(("start", "stop", "step"), parts)))
    if obj is Ellipsis:
        return _tagged("__ellipsis__")
    if isinstance(obj, np.dtype) or (isinstance(obj, type) and issubclass(obj, np.generic)):
        return dtypes.standardize_dtype(obj)
    if isinstance(obj, types.FunctionType) and obj.__name__ == "<lambda>":
        return _serialize_lambda(obj)
    if inspect.isfunction(obj) or inspect.isbuiltin(obj):
        return {
            "module": "builtins",
            "class_name": "function",
            "config": get_registered_name(obj),
            "registered_name": "function",
        }
    if hasattr(obj, "get_config"):
        return _serialize_object(obj)
    raise ValueError(
        f"Cannot serialize {obj!r} of type {type(obj).__name__}: it has no `get_config` method."
    )


def _tagged(kind: str, **config: Any) -> dict:
    return {"class_name": kind, "config": config}


def _tensor_config(tensor: KerasTensor) -> dict:
    config = {"shape": list(tensor.shape), "dtype": tensor.dtype}
    if tensor.history is not None:
        operation, node_index, tensor_index = tensor.history
        config["keras_history"] = [operation.name, node_index, tensor_index]
    return config


def _serialize_object(obj: Any) -> dict:
    cls = type(obj)
    module, class_name, registered = None, cls.__name__, get_registered_name(cls)
    known = published_name(cls)
    if known is not None and cls not in CUSTOM_NAMES:
        module, class_name = known
        registered = None
    result = {
        "module": module if known else cls.__module__ if cls not in CUSTOM_NAMES else None,
        "class_name": class_name,
        "config": serialize_config(obj),
        "registered_name": registered,
        **sharing.number(obj),
    }
    for key in ("build_config", "compile_config"):
        getter = getattr(obj, f"get_{key}", None)
        if getter is not None and not inspect.isclass(obj):
            config = getter()
            if config is not None:
                result[key] = _plain(config)
    return result


def serialize_config(obj: Any) -> dict:
    """The object's config with every value serialized."""
    return {key: serialize(value) for key, value in obj.get_config().items()}


def _serialize_lambda(function: Callable) -> dict:
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
    closure = function.__closure__
    cells = None if closure is None else [serialize(cell.cell_contents) for cell in closure]
    return _tagged("__lambda__", value=[code, serialize(function.__defaults__), cells])


# --- and back ----------------------------------------------------------------------------------


def deserialize(
    config: Any,
    custom_objects: dict | None = None,
    safe_mode: bool | None = None,
    module_objects: dict | None = None,
    *,
    expected: tuple | None = None,
) -> Any:
    """An object from what `serialize` returned.

    Args:
        config: plain values.
        custom_objects: dict from name to class or function, for this call.
        safe_mode: False allows stored lambdas; None takes the surrounding setting (safe).
        module_objects: dict that resolves plain names (strings, and class names without module).
        expected: classes that the place takes, with `types.FunctionType` if it takes functions
            too; an empty tuple for plain values only. A class of the user's own that belongs to
            none of the package's kinds fits anywhere.

    Raises:
        TypeError: for a class name that nobody published or registered, or one of another kind.
        ValueError: for a stored lambda in safe mode.

    >>> config = keras.saving.serialize_keras_object(keras.initializers.Constant(0.5))
    >>> keras.saving.deserialize_keras_object(config).value
    0.5
    """
    if safe_mode is not None:
        with globals()["safe_mode"](safe_mode):
            return deserialize(config, custom_objects, None, module_objects, expected=expected)
    if custom_objects:
        with CustomObjectScope(custom_objects):
            return deserialize(config, None, None, module_objects, expected=expected)
    return sharing.read(lambda: _from_plain(config, module_objects, expected))


def _from_plain(config: Any, module_objects: dict | None, expected: tuple | None) -> Any:
    if config is None or isinstance(config, (bool, int, float)):
        return config
    if isinstance(config, str):
        return _from_name(config, module_objects)
    if isinstance(config, (list, tuple)):
        return type(config)(_from_plain(c, module_objects, expected) for c in config)
    if not isinstance(config, dict):
        return config
    if "class_name" not in config or "config" not in config:
        return {k: _from_plain(v, module_objects, expected) for k, v in config.items()}
    class_name, inner = config["class_name"], config["config"]
    if not isinstance(class_name, str):
        raise WrongKindError("a class is named by no text", found=repr(class_name)[:300])
    if class_name in _TAGS:
        return _TAGS[class_name](inner)
    if class_name in ("function", "builtin_function_or_method", "type"):
        return _function(inner, config, module_objects, expected)
    return _object(config, module_objects, expected)


def _from_name(name: str, module_objects: dict | None) -> Any:
    found = get_registered_object(name, None, module_objects)
    if found is None:
        return name
    return found() if inspect.isclass(found) else found


def _function(name: Any, config: dict, module_objects: dict | None, expected: tuple | None) -> Any:
    if isinstance(name, dict):
        name = name.get("name", name)
    if not isinstance(name, str):
        raise WrongKindError("a function is named by no text", found=repr(name)[:300])
    if config["class_name"] == "type":
        return dtypes.standardize_dtype(name)
    found = get_registered_object(name, None, module_objects)
    if found is None:
        found = published.find(config.get("module"), name, functions=True)
    if found is None:
        raise UnknownNameError(_unknown("function", name, config))
    # Whoever calls a function that a file names must not make objects by it (CVE-2025-12058).
    if inspect.isclass(found):
        raise _wrong_kind(name, "a class", (types.FunctionType,))
    if expected is not None and types.FunctionType not in expected:
        raise _wrong_kind(name, "a function", expected)
    return found


def _wrong_kind(name: str, found: str, expected: tuple) -> WrongKindError:
    names = ("a function" if kind is types.FunctionType else kind.__name__ for kind in expected)
    return WrongKindError(
        f"{name!r} stands where something else belongs",
        found=found,
        expected=" or ".join(names) or "a plain value",
        advice="get the file from a source that you trust; no honest writer makes such a config",
    )


def _check_kind(cls: Any, expected: tuple | None) -> None:
    if expected is None or (inspect.isclass(cls) and issubclass(cls, expected)):
        return
    kinds = inspect.getmro(cls) if inspect.isclass(cls) else ()
    kind = next((base for base in kinds if published_name(base) is not None), None)
    if kind is not None:
        raise _wrong_kind(cls.__name__, f"a {kind.__name__}", expected)


def find_class(config: dict, module_objects: dict | None = None) -> Any:
    """The class that a config names.

    Raises:
        TypeError: if it is not in the table.
    """
    class_name = config["class_name"]
    registered = config.get("registered_name")
    for name in (registered, class_name):
        found = get_registered_object(name) if name else None
        if found is not None:
            return found
    module = config.get("module")
    found = published.find(module, class_name)
    if found is None and module_objects is not None and "module" not in config:
        found = module_objects.get(class_name)
    if found is None:
        found = published.imported_class(module, class_name)
    if found is None:
        raise UnknownNameError(_unknown("class", class_name, config))
    return found


def _unknown(kind: str, name: Any, config: dict) -> str:
    known = [other for _, other in PUBLISHED] + list(CUSTOM_OBJECTS)
    close = difflib.get_close_matches(str(name)[:80], known, n=3)
    hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    return (
        f"Cannot find the {kind} {shortened(name)} (module {shortened(config.get('module'))}, "
        f"registered as {shortened(config.get('registered_name'))}).{hint} If it is your own, "
        "decorate it with @keras.saving.register_keras_serializable() or pass it in "
        "`custom_objects`."
    )


def _object(config: dict, module_objects: dict | None, expected: tuple | None) -> Any:
    found = sharing.known(config)
    if found is not None:
        _check_kind(type(found), expected)
        return found
    cls = find_class(config, module_objects)
    if not inspect.isclass(cls):
        return cls
    _check_kind(cls, expected)
    if not hasattr(cls, "from_config"):
        raise WrongKindError(
            f"class {cls.__name__} has no `from_config` class method, so it cannot be made from a "
            "config"
        )
    inner = config["config"]
    try:
        return _made(cls, config)
    except LoadError:
        raise
    except TypeError as error:
        raise WrongKindError(
            f"{cls.__name__} could not be made from its config {shortened(inner)}: {error}"
        ) from error
    except DAMAGE as error:
        if limits.active() is None:
            raise
        raise LoadError(
            f"{cls.__name__} could not be made from its config",
            place=shortened(inner.get("name")) if isinstance(inner, dict) else None,
            found=f"{type(error).__name__}: {error}",
            advice="if the class is your own, its error is shown above this one",
        ) from error


def _made(cls: Any, config: dict) -> Any:
    inner = config["config"]
    instance = cls.from_config(dict(inner) if isinstance(inner, dict) else inner)
    sharing.remember(config, instance)
    build_config = config.get("build_config")
    if (
        build_config
        and hasattr(instance, "build_from_config")
        and not getattr(instance, "built", False)
    ):
        instance.build_from_config(deserialize(build_config, expected=()))
    compile_config = config.get("compile_config")
    if compile_config and hasattr(instance, "compile_from_config"):
        instance.compile_from_config(compile_config)
    return instance


def shortened(config: Any, limit: int = 300) -> str:
    """A config as text for a message, cut off where it is long."""
    text = repr(config)
    return text if len(text) <= limit else f"{text[:limit]}..."


def _deserialize_lambda(config: dict) -> Callable:
    if in_safe_mode():
        raise LoadError(
            "it stores a Python lambda, which is code that would run here",
            advice="if you trust where the file comes from, pass `safe_mode=False`",
        )
    value = config["value"]
    code, defaults, closure = value if isinstance(value, (list, tuple)) else (value, None, None)
    function_code = marshal.loads(base64.b64decode(code))
    cells = None
    if closure is not None:
        cells = tuple(types.CellType(deserialize(c)) for c in closure)
    defaults = None if defaults is None else tuple(deserialize(d) for d in defaults)
    namespace = {"__builtins__": __builtins__, "np": np, "jnp": jnp}
    return types.FunctionType(function_code, namespace, "<lambda>", defaults, cells)


def _array(config: dict) -> np.ndarray:
    """An array whose dtype is that of one number or text: others multiply what the file holds."""
    value, name = config["value"], config["dtype"]
    leaves = [leaf for leaf in _leaves(value) if isinstance(leaf, str)]
    if leaves:
        # NumPy makes all as wide as the widest.
        limits.spend("memory", 4 * len(leaves) * max(map(len, leaves)), "an array of texts")
        return np.array(value)
    dtype = np.dtype(name) if isinstance(name, str) else None
    if dtype is None or dtype.fields or dtype.subdtype or dtype.hasobject or dtype.itemsize > 16:
        raise WrongKindError("an array has a dtype that holds no numbers", found=repr(name)[:300])
    return np.array(value, dtype)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


_TAGS: dict[str, Callable] = {
    "__bytes__": lambda c: c["value"].encode("utf-8"),
    "__numpy__": _array,
    "__tensor__": lambda c: jnp.asarray(_array(c)),
    "__keras_tensor__": lambda c: KerasTensor(c["shape"], c["dtype"]),
    "__slice__": lambda c: slice(*(deserialize(c[k]) for k in ("start", "stop", "step"))),
    "__ellipsis__": lambda c: Ellipsis,
    "__tuple__": lambda c: tuple(deserialize(v) for v in c["value"]),
    "__lambda__": _deserialize_lambda,
}

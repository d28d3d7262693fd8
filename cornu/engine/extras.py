"""Import of optional packages, with an error that names the extra to install."""

from __future__ import annotations

from types import ModuleType

from cornu.engine.lazy import load


def require(module: str, extra: str | None) -> ModuleType:
    """Import `module`, which the extra `cornu[extra]` brings.

    Args:
        module: dotted name of the module.
        extra: name of the extra that installs it; None if the package is installed by its name.

    Raises:
        ImportError: if the module's package is not installed.
    """
    try:
        return load(module)
    except ImportError as error:
        if error.name is not None and not module.startswith(error.name.split(".")[0]):
            raise
        package = module.split(".")[0]
        wanted = package if extra is None else f'"cornu[{extra}]"'
        raise ImportError(
            f"This needs the package {package!r}, which is not installed. "
            f"Install it with: pip install {wanted}"
        ) from error

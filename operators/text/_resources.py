"""Files that operators name as resources, so that workflows hold no paths."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from ..core import InvalidInput


def resource_file(name: str, resources: Mapping[str, str], what: str) -> Path:
    """The file that a resource name is bound to.

    Args:
        name: the resource as the option gives it.
        resources: names bound to paths.
        what: what the file holds, for the message.

    Raises:
        InvalidInput: the name is not bound, or there is no such file.
    """
    if name not in resources:
        raise InvalidInput.of(
            "missing_resource",
            f"{what} needs the resource {name!r}; bind it with --resource {name}=PATH",
            got=name,
            allowed=[*sorted(resources)],
        )
    path = Path(resources[name])
    if not path.is_file():
        raise InvalidInput.of(
            "missing_resource",
            f"{what} needs the resource {name!r}, but {str(path)!r} is no file; bind it to one that exists",
            got=str(path),
        )
    return path


def file_fingerprint(name: str, resources: Mapping[str, str], what: str) -> str:
    """The SHA-256 of the file that a resource name is bound to.

    Raises:
        InvalidInput: as `resource_file`.
    """
    return sha256(resource_file(name, resources, what).read_bytes()).hexdigest()

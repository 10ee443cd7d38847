"""Files and folders that operators name as resources, so that workflows hold no paths."""

from collections.abc import Mapping
from hashlib import file_digest, sha256
from pathlib import Path

from .errors import InvalidInput


def resource_file(name: str, resources: Mapping[str, str], what: str) -> Path:
    """The file that a resource name is bound to.

    Args:
        name: the resource as the option gives it.
        resources: names bound to paths.
        what: what the file holds, for the message.

    Raises:
        InvalidInput: the name is not bound, or there is no such file.
    """
    path = _bound(name, resources, what)
    if not path.is_file():
        raise _absent(name, path, what, "file")
    return path


def resource_files(name: str, resources: Mapping[str, str], what: str) -> dict[str, Path]:
    """The file that a resource name is bound to, or all files of the folder; hidden ones and links to folders not.

    Args:
        name: as in `resource_file`.
        resources: as in `resource_file`.
        what: as in `resource_file`.

    Returns:
        Each file by the name under which to speak of it: the resource, and its place in the folder.

    Raises:
        InvalidInput: the name is not bound, or there is no such file or folder.
    """
    path = _bound(name, resources, what)
    if path.is_file():
        return {name: path}
    if not path.is_dir():
        raise _absent(name, path, what, "file or folder")
    inside = ((file.relative_to(path), file) for file in sorted(path.rglob("*")) if file.is_file())
    return {
        f"{name}/{place.as_posix()}": file
        for place, file in inside
        if not any(part.startswith(".") for part in place.parts)
    }


def file_fingerprint(name: str, resources: Mapping[str, str], what: str) -> str:
    """The SHA-256 of the file that a resource name is bound to.

    Raises:
        InvalidInput: as `resource_file`.
    """
    return _digest(resource_file(name, resources, what))


def files_fingerprint(name: str, resources: Mapping[str, str], what: str) -> str:
    """One SHA-256 for the names and contents of the files that a resource name is bound to.

    Raises:
        InvalidInput: as `resource_files`.
    """
    files = resource_files(name, resources, what)
    return sha256("\n".join(f"{_digest(path)} {place}" for place, path in files.items()).encode()).hexdigest()


def _bound(name: str, resources: Mapping[str, str], what: str) -> Path:
    if name not in resources:
        raise InvalidInput.of(
            "missing_resource",
            f"{what} needs the resource {name!r}; bind it with --resource {name}=PATH",
            got=name,
            allowed=[*sorted(resources)],
        )
    return Path(resources[name])


def _absent(name: str, path: Path, what: str, kind: str) -> InvalidInput:
    return InvalidInput.of(
        "missing_resource",
        f"{what} needs the resource {name!r}, but {str(path)!r} is no {kind}; bind it to one that exists",
        got=str(path),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()

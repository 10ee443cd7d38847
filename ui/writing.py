"""Files that a person names for a command to write: checked before the work, written whole after it."""

from collections.abc import Sequence
from pathlib import Path

from ..operators.core import InvalidInput
from ..pipelines.engine.parts import write_whole


def file_to_write(given: str, what: str, example: str, *, overwrite: bool, not_over: Sequence[str | None] = ()) -> Path:
    """The file that a person named, as they named it.

    Args:
        what: is to be written, for the message: "the page".
        example: a name for such a file.
        overwrite: replace what is there.
        not_over: files that are never replaced, such as the data; what is no path of a file here is no matter.

    Raises:
        InvalidInput: it is a folder, there is no folder for it, it is one of `not_over`, or it exists and may not be
            replaced.
    """
    target = Path(given)
    if target.is_dir():
        raise InvalidInput.of(
            "unwritable_target", f"{what} {target} is a folder; name a file such as {example}", got=given
        )
    folder = target.absolute().parent
    if not folder.is_dir():
        message = f"there is no folder {folder} for {what}; make it first, or name another file"
        raise InvalidInput.of("unwritable_target", message, got=given)
    if target.exists():
        if any(one is not None and Path(one).exists() and target.samefile(one) for one in not_over):
            message = f"{what} {target} would replace data; name another file, such as {example}"
            raise InvalidInput.of("output_among_inputs", message, got=given)
        if not overwrite:
            message = f"{what} {target} exists already; give another name or --overwrite"
            raise InvalidInput.of("output_exists", message, got=given)
    return target


def write_file(target: Path, text: str) -> None:
    """Write a text so that it is there whole or not at all; a link stays, and what it leads to is replaced.

    Raises:
        OSError: the system refuses.
    """
    write_whole(target.resolve(), text.encode())

"""Files that people bring to the page: checked, and given a place of their own."""

from collections.abc import Sequence
from pathlib import Path

from ..operators.core import InvalidInput
from ..operators.core.dataset import Dataset


def must_be_readable(files: Sequence[Path]) -> None:
    """Refuse uploads that are no data, by the names that the person knows; what is refused does not stay here."""
    try:
        Dataset.open(files)
    except InvalidInput as error:
        faults = list(error.faults)
        for file in files:
            folder = f"{file.parent}/"
            faults = [one.model_copy(update={"message": one.message.replace(folder, "")}) for one in faults]
            file.unlink(missing_ok=True)
        raise InvalidInput(faults) from None


def free_place(folder: Path, name: str) -> Path:
    """A path for a file in a folder, numbered before its endings where the name is taken."""
    stem, dot, endings = name.partition(".")
    number, place = 2, folder / name
    while place.exists():
        place = folder / f"{stem}-{number}{dot}{endings}"
        number += 1
    return place

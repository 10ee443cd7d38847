"""Whether the libraries that read documents are installed."""

from functools import lru_cache
from importlib.util import find_spec
from typing import Final

from ..errors import InvalidInput

_LIBRARIES: Final = (
    "charset_normalizer", "lxml", "lxml_html_clean", "mammoth", "markdownify", "openpyxl", "pdfplumber", "pptx",
    "pypdfium2", "trafilatura",
)  # fmt: skip


def require_readers() -> None:
    """See that what reads documents is installed.

    Raises:
        InvalidInput: it is not.
    """
    if not has_readers():
        message = 'reading documents needs libraries that are not installed: pip install "dataflow-agent[documents]"'
        raise InvalidInput.of("missing_library", message)


@lru_cache(maxsize=1)
def has_readers() -> bool:
    """Whether the extra `documents` is installed."""
    return all(find_spec(name) is not None for name in _LIBRARIES)

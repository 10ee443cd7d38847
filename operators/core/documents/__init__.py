"""Documents of many formats as Markdown: what `document_to_markdown` reads them with."""

from .contract import PAGE_BREAK, Converted, Limits
from .extra import require_readers
from .fetch import is_url
from .files import document_at, folder_of, folder_resources, folders_fingerprint

__all__ = [
    "PAGE_BREAK",
    "Converted",
    "Limits",
    "document_at",
    "folder_of",
    "folder_resources",
    "folders_fingerprint",
    "is_url",
    "require_readers",
]

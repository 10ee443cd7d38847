"""Read documents of many formats as Markdown."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from ..core import Batch, Column, Context, DType, Example, Outcome, OutputColumn, RowError, RowOperator, Schema, Text
from ..core.columns import Bytes
from ..core.dataset import media_type_of
from ..core.documents import document_at, folder_of, folders_fingerprint, is_url, require_readers
from ..core.families import require_text
from ..core.isolated import Isolated
from ..general._fates import KEPT, failure, records_of

TASK = "dataflow_agent.operators.core.documents.converting:convert"
MEMORY_BYTES = 3 * 2**29
"""Most memory for reading one document, beyond what the process needs by itself."""
MOST_WORKERS = 4
_MEGABYTE = 2**20


@dataclass(frozen=True)
class _Means:
    """What reads documents, and what a row may name."""

    read: Isolated
    workers: int
    folders: tuple[Path | None, ...]
    allow_network: bool


class DocumentToMarkdown(RowOperator):
    """Read documents as Markdown: PDF, HTML, DOCX, PPTX, XLSX, EPUB, Markdown and plain text.

    A row holds the bytes of one document, as a folder of documents gives it; that column is removed, and the text, the
    number of pages and the title are written. Or `source` names a column of paths or URLs: a path leads to a file
    inside the folder of the input and never out of it, a URL is fetched if the network is allowed, and never from a
    private address. The number of rows and their order stay.

    What a document is, its content says; its ending counts only where the content is plain text. Pages are separated
    by a form feed; `page_count` is null for formats without pages. A document that cannot be read fails its row with
    the reason: `encrypted`, `needs_ocr` (scans and images), `unsupported_format` (old Office files, with what converts
    them), `unreadable_document` (damaged), `no_text`, `too_large`, `out_of_time`, `out_of_memory`; for sources also
    `outside_input`, `missing_file`, `network_not_allowed`, `invalid_url`, `address_refused`, `fetch_failed`. Each is
    read in a process of its own, several side by side, that is ended when the limits are exceeded.
    """

    name = "document_to_markdown"
    kind = "generate"
    effect = "same"
    phrases = (
        "convert these documents to markdown",
        "turn the PDFs into text",
        "read the PDF files",
        "extract the text of Word and PowerPoint files",
        "get the text out of the documents",
        "parse PDF, DOCX and HTML files into markdown",
        "read the documents that the paths lead to",
        "convert a folder of files to text",
    )

    content: Column[Bytes] = Field(default="bytes", description="Column that holds the content; removed.")
    media_type: Column[Text] | None = Field(
        default="media_type", description="Column that says what the content is; not needed, but for plain texts."
    )
    source: Column[Text] | None = Field(
        default=None, description="Column of paths or URLs, for rows that hold no bytes; it stays."
    )
    output: OutputColumn = Field(default="text", description="Column to write the Markdown to.")
    page_count: OutputColumn = Field(default="page_count", description="Column to write the number of pages to.")
    title: OutputColumn = Field(default="title", description="Column to write the title to, null where there is none.")
    max_seconds: float = Field(default=60.0, gt=0, le=3600, description="Most seconds for one document.")
    max_megabytes: float = Field(default=100.0, gt=0, le=1024, description="Largest document, in MB.")
    max_expanded_megabytes: float = Field(
        default=400.0, gt=0, le=4096, description="Most that a packed document may hold, unpacked, and its text, in MB."
    )
    max_pages: int = Field(default=2000, ge=1, description="Most pages, slides or sheets of a document.")

    def reads(self) -> dict[str, tuple[DType, ...]]:
        if self.source is not None:
            return {self.source: ("text",)}
        said: dict[str, tuple[DType, ...]] = {} if self.media_type is None else {self.media_type: ("text",)}
        return {self.content: ("bytes",), **said}

    def writes(self) -> dict[str, DType]:
        return {self.output: "text", self.page_count: "integer", self.title: "text"}

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        if self.source is None:
            schema = schema.without([self.content])
        return super().output_schema(schema, resources)

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        return {} if self.source is None else folders_fingerprint(resources)

    def open(self, ctx: Context) -> _Means:
        require_readers()
        workers = min(MOST_WORKERS, os.cpu_count() or 1)
        read = Isolated(TASK, seconds=self.max_seconds, memory_bytes=MEMORY_BYTES, workers=workers)
        return _Means(read, workers, ctx.folders, ctx.allow_network)

    def apply(self, batch: Batch, state: _Means) -> Outcome:
        with ThreadPoolExecutor(state.workers) as pool:
            found = [*pool.map(lambda name, row: self._read(name, row, state), batch.ids, batch.rows())]
        records = records_of(batch, [failure(one) if isinstance(one, RowError) else KEPT for one in found])
        values = [{} if isinstance(one, RowError) else one for one in found]
        rows = batch if self.source is not None else batch.without([self.content])
        for (column, dtype), told in zip(self.writes().items(), ("text", "pages", "title"), strict=True):
            rows = rows.with_values(column, [one.get(told) for one in values], dtype)
        return Outcome(rows.filter(records["fate"] == "kept"), records)

    def _read(self, name: str, row: dict[str, Any], state: _Means) -> dict[str, Any] | RowError:
        try:
            order, content = self._order(name, row, state)
            read: dict[str, Any] = state.read(order, content)
        except RowError as error:
            return error
        return read

    def _order(self, name: str, row: dict[str, Any], state: _Means) -> tuple[dict[str, Any], bytes]:
        """What the process that reads is told, and the content, unless it fetches that first.

        Raises:
            RowError: the row names or holds nothing that may be read.
        """
        order: dict[str, Any] = {"limits": self._limits()}
        if self.source is None:
            held = row.get(self.content)
            if not isinstance(held, bytes):
                raise RowError("no_value", f"column {self.content!r} holds no document")
            said = row.get(self.media_type or "")
            return {**order, "media_type": said if isinstance(said, str) else None}, held
        source = require_text(row, self.source).strip()
        order["media_type"] = media_type_of(source)
        if not is_url(source):
            return order, document_at(source, folder_of(name, state.folders), self._most_bytes)
        if not state.allow_network:
            raise RowError("network_not_allowed", "it is a URL, and URLs are fetched only with --allow-network")
        return {**order, "url": source, "seconds": self.max_seconds}, b""

    @property
    def _most_bytes(self) -> int:
        return int(self.max_megabytes * _MEGABYTE)

    def _limits(self) -> dict[str, int]:
        expanded = int(self.max_expanded_megabytes * _MEGABYTE)
        return {"max_bytes": self._most_bytes, "max_expanded_bytes": expanded, "max_pages": self.max_pages}

    @classmethod
    def example(cls) -> Example:
        note = {"path": "note.md", "media_type": "text/markdown"}
        return Example(
            rows=[{**note, "bytes": b"# Tides\n\nThe moon pulls the sea."}],
            out=[{**note, "text": "# Tides\n\nThe moon pulls the sea.", "page_count": None, "title": "Tides"}],
        )

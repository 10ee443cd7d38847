"""Documents of all sorts become Markdown, and those that cannot be read failed rows that say why."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
from dataflow_agent.operators.core import Context, Outcome, Schema
from dataflow_agent.operators.core.batch import from_rows
from dataflow_agent.operators.core.outcome import complete_records
from dataflow_agent.operators.core.testing import apply_outcome
from dataflow_agent.operators.knowledge.document_to_markdown import DocumentToMarkdown

MEBIBYTE = 2**20
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(64)


def read(documents: Sequence[tuple[str | None, bytes | None]], **options: Any) -> Outcome:
    rows = [{"path": f"{n}", "media_type": kind, "bytes": held} for n, (kind, held) in enumerate(documents)]
    schema = Schema.of(path="text", media_type="text", bytes="bytes")
    operator = DocumentToMarkdown(**options)
    outcome = apply_outcome(operator, from_rows(rows, schema))
    assert outcome.rows.schema == operator.output_schema(schema, {})
    return outcome


def named(paths: Sequence[str | None], folder: Path | None, *, allow_network: bool = False, **options: Any) -> Outcome:
    operator = DocumentToMarkdown(source="source", **options)
    return apply_outcome(
        operator,
        from_rows([{"source": path} for path in paths], Schema.of(source="text")),
        Context(folders=(folder,), allow_network=allow_network),
    )


def endings(outcome: Outcome) -> list[tuple[str, str | None]]:
    assert outcome.records is not None
    return complete_records(outcome.records).select("fate", "reason").rows()


def details(outcome: Outcome) -> list[str | None]:
    assert outcome.records is not None
    return outcome.records["detail"].to_list()


def deflated(**members: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def pdf_of(*pages: str, encrypted: bool = False) -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption("secret") if encrypted else None)
    for page in pages:
        canvas.drawString(72, 720, page)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def scanned_pdf() -> bytes:
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.drawImage(ImageReader(Image.new("L", (400, 600), 200)), 0, 0, 500, 700)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_texts_are_read_and_what_is_not_read_fails_alone_with_what_it_needs() -> None:
    outcome = read(
        [
            ("text/markdown", b"# Tides\n\nThe moon pulls the sea."),
            ("application/msword", OLD_WORD),
            ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(50)),
            ("text/plain", b""),
            ("text/plain", None),
            (None, b"Plain words."),
        ]
    )
    assert [row["text"] for row in outcome.rows.rows()] == ["# Tides\n\nThe moon pulls the sea.", "Plain words."]
    assert [row["path"] for row in outcome.rows.rows()] == ["0", "5"]
    assert endings(outcome) == [
        ("kept", None),
        ("failed", "unsupported_format"),
        ("failed", "needs_ocr"),
        ("failed", "empty_document"),
        ("failed", "no_value"),
        ("kept", None),
    ]
    assert "soffice --headless --convert-to docx" in (details(outcome)[1] or "")


def test_what_holds_no_document_fails_whatever_it_is() -> None:
    rows = [{"bytes": "text", "media_type": "text/plain"}, {"bytes": 5, "media_type": ["text/plain"]}]
    outcome = apply_outcome(DocumentToMarkdown(), from_rows(rows, Schema.of(bytes="json", media_type="json")))
    assert endings(outcome) == [("failed", "no_value")] * 2


def test_a_wrong_ending_is_read_as_what_it_is() -> None:
    outcome = read(
        [
            ("application/pdf", b"<!DOCTYPE html><html><body><p>The moon pulls the sea.</p></body></html>"),
            ("text/plain", pdf_of("The moon pulls the sea.")),
            (DOCX, b"The moon pulls the sea."),
        ]
    )
    assert endings(outcome) == [("kept", None)] * 3
    assert all("The moon pulls the sea." in text for text in outcome.rows.frame["text"])


def test_bad_documents_fail_in_bounded_time_and_memory() -> None:
    whole = pdf_of(*(f"Page {n}" for n in range(5)))
    bomb = deflated(
        **{"[Content_Types].xml": b"<Types/>", "word__document.xml": b"<w>" + b" " * (64 * MEBIBYTE) + b"</w>"}
    )
    outcome = read(
        [
            ("application/pdf", pdf_of("secret", encrypted=True)),
            ("application/pdf", whole[: len(whole) // 3]),
            ("application/pdf", scanned_pdf()),
            (DOCX, bomb),
            (DOCX, deflated(**{"[Content_Types].xml": b"<Types/>", "word__document.xml": b"<no end"})),
            ("text/html", b"<html><body>" + b"<p>x</p>" * (2 * MEBIBYTE)),
            ("application/pdf", whole),
        ],
        max_megabytes=10,
        max_expanded_megabytes=20,
        max_seconds=30,
    )
    fates = endings(outcome)
    assert fates[0] == ("failed", "encrypted")
    assert fates[1][0] == "failed"
    assert fates[2] == ("failed", "needs_ocr")
    assert fates[3] == ("failed", "too_large")
    assert fates[4][0] == "failed"
    assert fates[5] == ("failed", "too_large")
    assert fates[6] == ("kept", None)
    assert all(details(outcome)[:6])
    assert outcome.rows.frame["page_count"].to_list() == [5]


def test_limits_are_kept_to_the_byte_and_to_the_page() -> None:
    assert endings(read([("text/plain", b"x" * MEBIBYTE)], max_megabytes=1)) == [("kept", None)]
    assert endings(read([("text/plain", b"x" * (MEBIBYTE + 1))], max_megabytes=1)) == [("failed", "too_large")]
    two = pdf_of("one", "two")
    assert endings(read([("application/pdf", two)], max_pages=2)) == [("kept", None)]
    assert endings(read([("application/pdf", two)], max_pages=1))[0][0] == "failed"


def test_a_source_is_a_path_inside_the_folder_of_the_input(tmp_path: Path) -> None:
    folder = tmp_path / "input"
    folder.mkdir()
    (folder / "a.md").write_bytes(b"# Tides")
    (tmp_path / "b.md").write_bytes(b"# Secret")
    (folder / "link.md").symlink_to(tmp_path / "b.md")
    outcome = named(["a.md", "../b.md", "link.md", "none.md", None], folder)
    assert endings(outcome) == [
        ("kept", None),
        ("failed", "outside_input"),
        ("failed", "outside_input"),
        ("failed", "missing_file"),
        ("failed", "no_value"),
    ]
    assert outcome.rows.rows() == [{"source": "a.md", "text": "# Tides", "page_count": None, "title": "Tides"}]
    assert endings(named(["a.md"], None)) == [("failed", "no_folder")]


def test_a_url_is_fetched_only_where_the_network_is_allowed_and_never_from_this_machine(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/a.pdf"
    assert endings(named([url], tmp_path)) == [("failed", "network_not_allowed")]
    outcome = named([url, "http://[::ffff:169.254.169.254]/", "file:///etc/passwd"], tmp_path, allow_network=True)
    assert [reason for _, reason in endings(outcome)] == ["address_refused", "address_refused", "invalid_url"]


def test_no_documents_start_no_process() -> None:
    outcome = read([])
    assert outcome.rows.frame.schema["page_count"] == pl.Int64
    assert len(outcome.rows) == 0

"""Word documents keep their structure; what was deleted, and pictures, do not show."""

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents import Limits
from dataflow_agent.operators.core.documents.word import to_markdown
from docx import Document
from docx.oxml import parse_xml

LIMITS = Limits(max_bytes=2**24, max_expanded_bytes=2**22, max_pages=10)
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document: Any) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def text_of(document: Any) -> str:
    return to_markdown(saved(document), LIMITS).text


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return buffer.getvalue()


def test_headings_paragraphs_and_the_title() -> None:
    document = Document()
    document.core_properties.title = "Harbour report"
    document.add_heading("Tides", 1)
    document.add_heading("Spring tides", 2)
    document.add_paragraph("Higher than usual: 2 * 3 < 7 in low_water.")
    read = to_markdown(saved(document), LIMITS)
    assert read.text == "# Tides\n\n## Spring tides\n\nHigher than usual: 2 * 3 < 7 in low_water."
    assert (read.title, read.pages) == ("Harbour report", None)


def test_a_document_without_styles_is_its_paragraphs() -> None:
    document = Document()
    document.add_paragraph("One.")
    document.add_paragraph("Two.")
    read = to_markdown(saved(document), LIMITS)
    assert (read.text, read.title) == ("One.\n\nTwo.", None)


def test_lists_are_nested_and_numbered() -> None:
    document = Document()
    for text, style in (("spring", "List Bullet"), ("high", "List Bullet 2"), ("neap", "List Bullet")):
        document.add_paragraph(text, style=style)
    document.add_paragraph("between")
    for text in ("first", "second"):
        document.add_paragraph(text, style="List Number")
    assert text_of(document) == "- spring\n  - high\n- neap\n\nbetween\n\n1. first\n2. second"


def test_a_table_has_its_first_row_as_head_and_bars_are_escaped() -> None:
    document = Document()
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Port", "Rise|fall", "Brest", "6 m"), strict=True):
        cell.text = text
    assert text_of(document) == "| Port | Rise\\|fall |\n| --- | --- |\n| Brest | 6 m |"


def test_code_keeps_its_indentation() -> None:
    document = Document()
    document.styles.add_style("Source Code", 1)
    for line in ("def rise():", "    return 6"):
        document.add_paragraph(line, style="Source Code")
    assert text_of(document) == "```\ndef rise():\n    return 6\n```"


def test_deleted_text_goes_and_inserted_text_stays() -> None:
    document = Document()
    paragraph = document.add_paragraph("Kept ")._p
    run = "<w:r><w:{0}>{1}</w:{0}></w:r>"
    paragraph.append(parse_xml(f'<w:del {NAMESPACE} w:id="1" w:author="a">{run.format("delText", "GONE")}</w:del>'))
    paragraph.append(parse_xml(f'<w:ins {NAMESPACE} w:id="2" w:author="a">{run.format("t", "added")}</w:ins>'))
    assert text_of(document) == "Kept added"


def test_a_footnote_is_read_and_an_arrow_of_the_text_stays() -> None:
    document = Document()
    paragraph = document.add_paragraph("Press ↑ to rise")._p
    paragraph.append(parse_xml(f'<w:r {NAMESPACE}><w:footnoteReference w:id="7"/></w:r>'))
    notes = f'<w:footnotes {NAMESPACE}><w:footnote w:id="7"><w:p><w:r><w:t>By a metre.</w:t></w:r></w:p></w:footnote>'
    text = to_markdown(with_footnotes(saved(document), f"{notes}</w:footnotes>"), LIMITS).text
    assert text.startswith("Press ↑ to rise")
    assert "By a metre." in text
    assert text.count("↑") == 1


def with_footnotes(data: bytes, notes: str) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    name = "word/_rels/document.xml.rels"
    with zipfile.ZipFile(BytesIO(data)) as packed:
        links = packed.read(name).decode()
    links = links.replace("</Rel", f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Rel', 1)
    return with_member(with_member(data, name, links.encode()), "word/footnotes.xml", notes.encode())


def test_a_picture_leaves_nothing() -> None:
    document = Document()
    document.add_paragraph("Before")
    document.add_picture(BytesIO(one_pixel()))
    assert text_of(document) == "Before"


def one_pixel() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head, line = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(b"\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", line) + chunk(b"IEND", b"")


def test_a_document_of_pictures_alone_shows_no_text() -> None:
    document = Document()
    document.add_picture(BytesIO(one_pixel()))
    assert reason_of(saved(document)) == "no_text"


def test_a_bomb_is_too_large_and_damage_is_named() -> None:
    data = saved(Document())
    assert reason_of(with_member(data, "word/media/image1.png", bytes(2**22))) == "too_large"
    assert reason_of(data[: len(data) // 2]) == "unreadable_document"


def reason_of(data: bytes) -> str:
    with pytest.raises(RowError) as raised:
        to_markdown(data, LIMITS)
    return raised.value.reason

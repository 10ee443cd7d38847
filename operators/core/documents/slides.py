"""Reads presentations (PPTX) as Markdown, a page for each slide."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from ..errors import RowError
from .archive import unpacked
from .contract import PAGE_BREAK, Converted, Limits
from .properties import title_in, with_text
from .tables import markdown_table

_ROW_EMU: Final = 360_000
"""A centimetre: shapes whose upper edges are so near to that of the highest of them stand beside each other."""


def to_markdown(data: bytes, limits: Limits) -> Converted:
    """The slides in order: the title as a heading, then texts, lists and tables from top to bottom, then the notes.

    Raises:
        RowError: it is damaged, encrypted, holds too much or too many slides, or shows no text.
    """
    from pptx import Presentation

    with unpacked(data, limits) as packed:
        packed.refuse_bombs()
        title = title_in(packed)
    slides = [*Presentation(BytesIO(data)).slides]
    if len(slides) > limits.max_pages:
        raise RowError("too_large", f"it has {len(slides):,} slides; at most {limits.max_pages:,} are read")
    pages = ["\n\n".join(_parts(slide)) for slide in slides]
    first = next((line[2:].strip() for page in pages for line in page.split("\n") if line.startswith("# ")), None)
    return with_text(f"\n\n{PAGE_BREAK}".join(pages), title or first, len(slides))


def _parts(slide: Any) -> Iterator[str]:
    """The title, what else the slide shows, and the notes."""
    named = slide.shapes.title
    if named is not None and named.text_frame.text.strip():
        yield "# " + " ".join(named.text_frame.text.split())
    for shape in _in_order(slide.shapes):
        if named is None or shape.shape_id != named.shape_id:
            yield from filter(None, [_shown(shape)])
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        if notes:
            yield f"Notes: {notes}"


def _in_order(shapes: Any) -> list[Any]:
    """The shapes as they are read: from top to bottom, then from left to right; those of a group together."""
    rows, last = list[list[Any]](), 0
    for shape in sorted(shapes, key=lambda one: one.top or 0):
        top = shape.top or 0
        if not rows or top - last > _ROW_EMU:
            rows.append([])
            last = top
        rows[-1].append(shape)
    placed = [shape for row in rows for shape in sorted(row, key=lambda one: one.left or 0)]
    # A group stays together: its shapes are placed in a frame of its own.
    return [one for shape in placed for one in (_in_order(shape.shapes) if hasattr(shape, "shapes") else [shape])]


def _shown(shape: Any) -> str:
    if getattr(shape, "has_table", False) and shape.has_table:
        return markdown_table([[cell.text for cell in row.cells] for row in shape.table.rows])
    if not getattr(shape, "has_text_frame", False) or not shape.has_text_frame:
        return ""
    lines = [(one.level, " ".join(one.text.split())) for one in shape.text_frame.paragraphs]
    lines = [(level, text) for level, text in lines if text]
    if len(lines) > 1 or any(level for level, _ in lines):
        return "\n".join(f"{'  ' * level}- {text}" for level, text in lines)
    return lines[0][1] if lines else ""

"""Slides are pages; what stands on them comes in the order in which it is read."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents import Converted, Limits
from dataflow_agent.operators.core.documents.slides import to_markdown
from pptx import Presentation
from pptx.util import Cm

LIMITS = Limits(max_bytes=2**24, max_expanded_bytes=2**24, max_pages=2)
TITLED, BLANK = 1, 6


def read(*fills: Callable[[Any], None], layout: int = BLANK, limits: Limits = LIMITS) -> Converted:
    deck = Presentation()
    for fill in fills:
        fill(deck.slides.add_slide(deck.slide_layouts[layout]))
    buffer = BytesIO()
    deck.save(buffer)
    return to_markdown(buffer.getvalue(), limits)


def box(shapes: Any, text: str, left: float, top: float) -> None:
    shapes.add_textbox(Cm(left), Cm(top), Cm(3), Cm(1)).text_frame.text = text


def test_title_levels_and_notes() -> None:
    def fill(slide: Any) -> None:
        slide.shapes.title.text = "Tides"
        frame = slide.placeholders[1].text_frame
        frame.text = "spring"
        below = frame.add_paragraph()
        below.text, below.level = "high", 1
        slide.notes_slide.notes_text_frame.text = "Show the chart."

    deck = read(fill, layout=TITLED)
    assert deck.text == "# Tides\n\n- spring\n  - high\n\nNotes: Show the chart."
    assert deck.title == "Tides"


def test_shapes_are_read_from_top_to_bottom_then_from_left_to_right() -> None:
    def fill(slide: Any) -> None:
        box(slide.shapes, "right", 9, 1.9)
        box(slide.shapes, "below", 1, 6)
        box(slide.shapes, "left", 1, 2.1)

    assert read(fill).text == "left\n\nright\n\nbelow"


def test_a_group_is_read_in_one_piece() -> None:
    def fill(slide: Any) -> None:
        box(slide.shapes, "beside", 9, 3)
        group = slide.shapes.add_group_shape()
        box(group.shapes, "second", 1, 5)
        box(group.shapes, "first", 1, 3)

    assert read(fill).text == "first\n\nsecond\n\nbeside"


def test_a_table_is_a_table() -> None:
    def fill(slide: Any) -> None:
        table = slide.shapes.add_table(2, 2, Cm(1), Cm(1), Cm(8), Cm(2)).table
        for at, text in enumerate(("Port", "Rise", "Brest", "6|7")):
            table.cell(at // 2, at % 2).text = text

    assert read(fill).text == "| Port | Rise |\n| --- | --- |\n| Brest | 6\\|7 |"


def test_each_slide_is_a_page_also_an_empty_one() -> None:
    deck = read(lambda slide: box(slide.shapes, "one", 1, 1), lambda _: None)
    assert (deck.pages, deck.text.count("\f")) == (2, 1)


def one(slide: Any) -> None:
    box(slide.shapes, "one", 1, 1)


def test_too_many_slides_and_slides_without_text_say_so() -> None:
    assert read(one, one).pages == LIMITS.max_pages
    with pytest.raises(RowError, match="too_large"):
        read(one, one, one)
    with pytest.raises(RowError, match="no_text"):
        read(lambda _: None)


def test_an_expansion_beyond_the_limit_is_refused() -> None:
    with pytest.raises(RowError, match="too_large"):
        read(one, limits=Limits(max_bytes=2**24, max_expanded_bytes=2**10, max_pages=2))

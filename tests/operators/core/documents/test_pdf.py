"""Pages come in the order in which a person reads them, without what only the printer needs."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents import Converted, Limits
from dataflow_agent.operators.core.documents.pdf import to_markdown
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

LIMITS = Limits(max_bytes=2**24, max_expanded_bytes=2**24, max_pages=6)
LEFT, TOP, LEADING = 60.0, 720.0, 14.0
BODY = ("Helvetica", 10.0)
Draw = Callable[[Canvas], None]


def made(*pages: Draw, **options: Any) -> bytes:
    """A document of pages that are drawn; nothing in it depends on the time."""
    buffer = BytesIO()
    title = options.pop("title", None)
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1, **options)
    if title is not None:
        canvas.setTitle(title)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def read(*pages: Draw, **options: Any) -> Converted:
    return to_markdown(made(*pages, **options), LIMITS)


def put(canvas: Canvas, *lines: str, left: float = LEFT, top: float = TOP, font: tuple[str, float] = BODY) -> None:
    """Write lines below each other."""
    canvas.setFont(*font)
    for at, line in enumerate(lines):
        canvas.drawString(left, top - at * LEADING, line)


def page(*lines: str, **place: Any) -> Draw:
    return lambda canvas: put(canvas, *lines, **place)


def column(name: str) -> list[str]:
    """Lines of a paragraph that fill a column."""
    middle = [f"where the {name} text goes on in its line {at}," for at in range(1, 6)]
    return [f"The {name} part begins in this very line", *middle, f"until the {name} part ends here for good."]


# Order


def test_columns_are_read_one_after_the_other_between_what_spans_both() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, "A title above the columns of the whole page", font=("Helvetica-Bold", 18), top=780)
        # As many programs do, the columns are written line by line across the page.
        for height, names in ((740, ("first", "second")), (560, ("third", "fourth"))):
            for at, (left, right) in enumerate(zip(*map(column, names), strict=True)):
                put(canvas, left, left=50, top=height - at * LEADING)
                put(canvas, right, left=310, top=height - at * LEADING)
        caption = "Figure 1: a caption that stands below a figure and spans the columns of the page from left to right."
        put(canvas, caption, left=50, top=600)

    text = read(draw).text
    places = [text.index(words) for name in ("first", "second") for words in (f"The {name}", f"until the {name}")]
    places.append(text.index("Figure 1"))
    places += [text.index(words) for name in ("third", "fourth") for words in (f"The {name}", f"until the {name}")]
    assert text.startswith("# A title above the columns of the whole page")
    assert places == sorted(places)
    assert " ".join(column("second")) in text


def test_a_page_that_is_shown_turned_is_read_as_it_is_shown() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.translate(595, 0)
        canvas.rotate(90)
        put(canvas, "This line stands above the other one", "and this one stands below it.", top=400)

    assert read(draw).text == "This line stands above the other one and this one stands below it."


def test_turned_text_stands_at_the_end_and_is_no_heading() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.rotate(90)
        put(canvas, "arXiv:2005.11401v4 12 Apr", left=300, top=-30, font=("Times-Roman", 24))
        canvas.restoreState()
        put(canvas, "The paper", font=("Helvetica", 18), top=760)
        put(canvas, *column("first"))

    found = read(draw)
    assert found.text == f"# The paper\n\n{' '.join(column('first'))}\n\narXiv:2005.11401v4 12 Apr"
    assert found.title == "The paper"


# Running headers and footers


def framed(number: int, count: int, header: str = "The annals of the mill") -> Draw:
    def draw(canvas: Canvas) -> None:
        put(canvas, header, top=815)
        put(canvas, f"It is page {'abcdef'[number]} of the text.")
        put(canvas, "www.mill.example", top=25)
        put(canvas, f"{number + 1}/{count}", left=500, top=25)

    return draw


def test_running_headers_footers_and_page_numbers_go() -> None:
    found = read(*(framed(number, 3) for number in range(3)))
    assert found.text.split("\n\n\f") == [f"It is page {letter} of the text." for letter in "abc"]
    assert found.pages == 3


def test_of_two_pages_only_what_is_equal_at_the_same_edge_goes() -> None:
    equal = read(framed(0, 2), framed(1, 2))
    assert equal.text == "It is page a of the text.\n\n\fIt is page b of the text."
    differing = read(framed(0, 2, "Chapter 1"), framed(1, 2, "Chapter 2")).text
    assert "Chapter 1" in differing
    assert "Chapter 2" in differing
    edges = read(page("The mill", top=815), page("The mill", top=25)).text
    assert edges.count("The mill") == 2


def test_one_page_keeps_everything() -> None:
    text = read(framed(0, 1)).text
    assert text.startswith("The annals of the mill")
    assert text.endswith("www.mill.example 1/1")


# Words and paragraphs


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("It is an exam-", "ple of a word."), "It is an example of a word."),
        (
            ("It is well-known. It is not less well-", "known elsewhere."),
            "It is well-known. It is not less well-known elsewhere.",
        ),
        (
            ("Their computer played chess. The computer-", "chess people play chess."),
            "Their computer played chess. The computer-chess people play chess.",
        ),
        (("The years 1914-", "1918 were long."), "The years 1914- 1918 were long."),
    ],
    ids=["divided", "with its hyphen elsewhere", "of two words", "numbers"],
)
def test_divided_words_are_whole_again(lines: tuple[str, ...], expected: str) -> None:
    assert read(page(*lines)).text == expected


def test_halves_that_divided_words_leave_are_no_words() -> None:
    lines = ("Their generaliza-", "tion of the situa-", "tion is at home in this na-", "tion.")
    assert read(page(*lines)).text == "Their generalization of the situation is at home in this nation."


def test_a_word_divided_by_the_end_of_a_page_is_whole_on_the_first() -> None:
    assert read(page("It is an exam-"), page("ple of a word.")).text == "It is an example\fof a word."


def test_a_paragraph_goes_on_over_a_page_break() -> None:
    assert read(page("The mill stood at the"), page("bank of the river.")).text == (
        "The mill stood at the\fbank of the river."
    )
    assert read(page("The mill stood."), page("The river ran.")).text == "The mill stood.\n\n\fThe river ran."


def test_a_note_below_a_page_does_not_go_on_on_the_next() -> None:
    def noted(canvas: Canvas) -> None:
        put(canvas, *column("first"), "and the text that goes on")
        put(canvas, "See https://mill.example/", font=("Helvetica", 8), top=100)

    assert read(noted, page("on the next page ends there.")).text.endswith(
        "See https://mill.example/\n\n\fon the next page ends there."
    )


def test_gaps_and_indented_lines_begin_paragraphs() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, *column("first"))
        put(canvas, "An indented line begins a paragraph", left=LEFT + 15, top=TOP - 7 * LEADING)
        put(canvas, "that goes on below it in another line.", top=TOP - 8 * LEADING)
        put(canvas, "After a gap there is another one.", top=TOP - 11 * LEADING)

    assert read(draw).text.split("\n\n") == [
        " ".join(column("first")),
        "An indented line begins a paragraph that goes on below it in another line.",
        "After a gap there is another one.",
    ]


def test_chinese_lines_are_joined_without_a_space() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    assert (
        read(page("磨坊建在河边，", "它已经很旧了。", font=("STSong-Light", 12))).text == "磨坊建在河边，它已经很旧了。"
    )


# Scanned pages that were recognised


def recognised(*lines: str) -> bytes:
    """A page of unseen text, one text object a word, in a font whose letters have no shape."""
    operators = ["BT 3 Tr"]
    for at, line in enumerate(lines):
        left = LEFT
        for word in line.split():
            operators.append(f"/F 1 Tf 10 0 0 10 {left} {TOP - at * LEADING} Tm ({word}) Tj")
            left += 6 * (len(word) + 1)
    names = [f"/c{code}" for code in range(32, 127)]
    bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream(" ".join([*operators, "ET"])),
        "<</Type/Font/Subtype/Type3/FontBBox[0 -200 600 800]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 32/LastChar 126"
        f"/Widths[{'600 ' * 95}]/Encoding<</Type/Encoding/Differences[32 {' '.join(names)}]>>"
        f"/CharProcs<<{' '.join(f'{name} 6 0 R' for name in names)}>>/Resources<<>>/ToUnicode 7 0 R>>",
        stream("600 0 d0"),
        stream("begincmap 1 begincodespacerange <00><FF> endcodespacerange 1 beginbfrange <20><7E><0020> endbfrange"),
    ]
    written, places = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n"
    entries = "".join(f"{place:010} 00000 n \n" for place in places)
    table = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{entries}"
    end = f"trailer<</Size {len(bodies) + 1}/Root 1 0 R>>\nstartxref\n{len(written)}\n%%EOF"
    return (written + table + end).encode()


def stream(content: str) -> str:
    return f"<</Length {len(content)}>>stream\n{content}\nendstream"


def test_single_letters_and_digits_of_recognised_pages_are_kept() -> None:
    text = to_markdown(recognised("There are 3 mills beside", "a river in 7 towns."), LIMITS).text
    assert text == "There are 3 mills beside a river in 7 towns."


# Headings, lists, code


def test_headings_by_size_weight_and_number() -> None:
    def draw(canvas: Canvas) -> None:
        for top, text, font in (
            (800, "The mill", ("Helvetica", 20)),
            (670, "1 Building", ("Helvetica-Bold", 14)),
            (540, "1.1 The wheel", ("Helvetica-Bold", 14)),
            (410, "Its wood", ("Helvetica-Bold", 10)),
        ):
            put(canvas, text, font=font, top=top)
            put(canvas, *column("first"), top=top - 25)

    headings = [line for line in read(draw).text.splitlines() if line.startswith("#")]
    assert headings == ["# The mill", "## 1 Building", "### 1.1 The wheel", "### Its wood"]


def test_a_bold_word_in_a_line_makes_no_heading() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, "Wheel", font=("Helvetica-Bold", 10))
        put(canvas, "the part that turns", left=LEFT + 34)

    assert read(draw).text == "Wheel the part that turns"


def test_lists() -> None:
    lines = (
        "\u2022 one thing that is so long that it",
        "goes on below",
        "\u2022 another",
        "1. the first",
        "2. the second",
    )
    assert read(page(*lines)).text.replace("\n\n", "\n").splitlines() == [
        "- one thing that is so long that it goes on below",
        "- another",
        "1. the first",
        "2. the second",
    ]


def test_code_keeps_its_lines_and_indentation() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, *column("first"))
        code = ("def wheel(turns):", "    for turn in turns:", "        grind(turn)", "    return turns")
        put(canvas, *code, font=("Courier", 10), top=TOP - 9 * LEADING)

    assert read(draw).text.partition("\n\n")[2] == (
        "```\ndef wheel(turns):\n    for turn in turns:\n        grind(turn)\n    return turns\n```"
    )


def test_an_address_in_letters_of_one_width_is_no_code() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, "The source of the mill is found at")
        put(canvas, "https://mill.example/source", font=("Courier", 10), top=TOP - LEADING)

    assert read(draw).text == "The source of the mill is found at https://mill.example/source"


# Tables


def test_a_ruled_table_stands_in_its_place_and_only_there() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, "Above the table stands this.")
        canvas.grid([60, 160, 260], [680, 660, 640, 620])
        for at, (year, height) in enumerate((("Year", "Height"), ("1847", "6.2 m"), ("1931", "7.1 m"))):
            put(canvas, year, left=65, top=666 - 20 * at)
            put(canvas, height, left=165, top=666 - 20 * at)
        put(canvas, "Below the table stands that.", top=590)

    assert read(draw).text == (
        "Above the table stands this.\n\n"
        "| Year | Height |\n| --- | --- |\n| 1847 | 6.2 m |\n| 1931 | 7.1 m |\n\n"
        "Below the table stands that."
    )


def test_rows_of_a_table_without_rules_stay_apart_from_each_other_and_from_the_text() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, "Above the table stands this line that is one of text,")
        for at, row in enumerate((("Model", "Score", "Year"), ("First", "44.5", "2020"), ("Second", "45.5", "2021"))):
            for cell, left in zip(row, (60, 160, 260), strict=True):
                put(canvas, cell, left=left, top=TOP - (at + 1) * LEADING)

    assert read(draw).text == (
        "Above the table stands this line that is one of text,\n\nModel Score Year\nFirst 44.5 2020\nSecond 45.5 2021"
    )


def test_an_empty_grid_is_no_table() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, "The chart is below.")
        canvas.grid([60, 160, 260], [680, 660, 640, 620])
        put(canvas, "label", left=65, top=666)

    assert "|" not in read(draw).text


# Titles


@pytest.mark.parametrize("named", ["", "untitled", "Microsoft Word - mill.docx", "mill.tex", "(anonymous)"])
def test_dull_titles_give_way_to_the_largest_heading(named: str) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, "The mill", font=("Helvetica", 20), top=780)
        put(canvas, *column("first"))

    assert read(draw, title=named).title == "The mill"
    assert read(draw, title="On mills").title == "On mills"


def test_without_a_heading_there_is_no_title() -> None:
    assert read(page("Only a sentence."), title="untitled").title is None


# Bad documents


def picture(canvas: Canvas) -> None:
    canvas.rect(60, 60, 400, 400, fill=1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made(page("Secret."), encrypt=StandardEncryption("key", "owner")), "encrypted"),
        (made(page("Cut off."))[:200], "unreadable_document"),
        (b"%PDF-1.7\n", "unreadable_document"),
        (made(picture, picture), "needs_ocr"),
        (made(*[page("Many.")] * 7), "too_large"),
    ],
    ids=["encrypted", "truncated", "empty", "pictures", "pages"],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(RowError) as error:
        to_markdown(data, LIMITS)
    assert error.value.reason == reason


def test_a_scanned_page_among_others_is_empty() -> None:
    assert read(page("The first."), picture, page("The third.")).text.split("\f") == [
        "The first.\n\n",
        "\n\n",
        "The third.",
    ]

"""remove_references: citations go with all that belongs to them, and the text around them stays."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text._balanced import balanced_spans
from dataflow_agent.operators.text.remove_references import RemoveReferences
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = {"kinds": ("numbers",)}


def cleaned(text: str, **options: Any) -> str:
    return str(apply_rows(RemoveReferences(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Snow.<ref>Smith 2020</ref> Rain.", "Snow. Rain."),  # the reference returns the text unchanged
        ("Snow.{{cite web|url=x|title=y}} Rain.", "Snow. Rain."),
        ('a<ref name="b" /> c<ref name=d>e <i>f</i>\ng</ref>.', "a c."),
        ("a<REF>b</REF>c", "ac"),
        ("a<ref>{{Cite book|a={{x|{{y}}}}|b=<b>c</b>}}</ref>d", "ad"),
        ("a{{citation needed|date=May}}b{{Sfn|S|2020}}c{{harvnb|S}}d", "abcd"),
        ("a {{cite\nweb |x = {{y}} }} b", "a  b"),
        ("x {{infobox|n={{cite web|u}}}} y", "x {{infobox|n=}} y"),
        ("End.\n<references/>\n", "End.\n\n"),
        ('<references group="n">\n<ref>x</ref>\n</references>', "\n\n"),
        ("one<ref>a</ref><ref>b</ref> two", "one two"),
    ],
)
def test_tags_and_templates_go_whole(text: str, expected: str) -> None:
    assert cleaned(text) == expected


@pytest.mark.parametrize(
    "text",
    ["a <ref>never closed", "a </ref> b", "a {{cite never closed", "a }} b", "{{excited}} {{x|cite}}", "<refine>",
     "x = {{1, 2}, {3}};", "[1] and x[1]", "cite this, see references", "", "<ref", "<ref>x <ref>y", "<reference>x"],
)  # fmt: skip
def test_what_is_no_reference_or_is_never_closed_stays(text: str) -> None:
    assert cleaned(text) == text


def test_after_a_tag_that_is_never_closed_others_still_go() -> None:
    assert cleaned("a <ref>b <ref>c</ref> d {{ {{cite x}} e") == "a <ref>b  d {{  e"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("As shown [1], and said.[2][3] Yes [4-6].", "As shown, and said. Yes."),
        ("a [1, 2; 3] b [7–9] c", "a b c"),
        ("in 2020 [12]. (so [2]) [3]", "in 2020. (so)"),
        ("中文[1]。", "中文。"),
    ],
)
def test_numbers_in_brackets_go_when_asked(text: str, expected: str) -> None:
    assert cleaned(text, **NUMBERS) == expected
    assert cleaned(text) == text


@pytest.mark.parametrize(
    "text",
    ["x[1] = 2", "x[1].y", "int x[3];", "f(x[2])", "x[1] + 1",
     "see [1](https://x.org)", "[1]: https://x.org", "a [0] b", "a [2020] b", "a [] b",
     "a [x] b", "list:\n[1] Smith, J.", "a[1]b", "a<ref>b</ref>"],
)  # fmt: skip
def test_code_links_and_lists_of_works_keep_their_numbers(text: str) -> None:
    assert cleaned(text, **NUMBERS) == text


def test_only_the_kinds_named_go() -> None:
    text = "a<ref>b</ref> c{{cite d}} [1]"
    assert cleaned(text, kinds=("tags",)) == "a c{{cite d}} [1]"
    assert cleaned(text, kinds=("numbers", "templates")) == "a<ref>b</ref> c"
    with pytest.raises(ValueError, match="at least one kind"):
        RemoveReferences(kinds=())


REFERENCES = ["<ref>{{cite x|{{y}}}}</ref>", '<ref name="a"/>', "{{Citation|[1]}}", "<references/>"]
PARTS = st.lists(st.sampled_from(["Some words. ", "x[1] = {{2}}\n", "a < b ", "}} ", *REFERENCES]))


@given(PARTS)
def test_of_a_document_only_the_references_go(parts: list[str]) -> None:
    expected = "".join(part for part in parts if part not in REFERENCES)
    assert cleaned("".join(parts)) == expected
    assert cleaned(expected) == expected


@given(st.text(alphabet="{}x", max_size=20))
def test_balanced_pairs_are_the_outermost_and_do_not_overlap(text: str) -> None:
    last = 0
    for start, end in balanced_spans(text, "{{", "}}", lambda _: True):
        assert last <= start < end
        assert text[start:].startswith("{{")
        assert text[:end].endswith("}}")
        last = end


@pytest.mark.parametrize(
    "piece", ["<ref>", "<ref ", "<ref", "<ref/", "{{cite ", "{{", "}}", "<", "[1", "a [1", " ", "[1] "]
)
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str) -> None:
    started = time.process_time()
    cleaned("a<ref>b</ref>{{cite x}} [1] " + piece * 50_000, kinds=("tags", "templates", "numbers"))
    assert time.process_time() - started < 2

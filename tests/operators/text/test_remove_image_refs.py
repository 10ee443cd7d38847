"""remove_image_refs: references to images go, words and links stay."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.remove_image_refs import RemoveImageRefs
from hypothesis import given
from hypothesis import strategies as st

HASH = "0123456789abcdef" * 4


def cleaned(text: str, **options: Any) -> str:
    return str(apply_rows(RemoveImageRefs(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ![](images/x.jpg) b", "a  b"),
        ('![A cat [sic]](x_(1).png "Title")\nText', "\nText"),
        ("![alt][id] end\n\n[id]: img/x.png 'T'", " end\n\n"),
        ("![x](data:image/png;base64,iVBORw0KGgo=)", ""),
        ("[![Build](https://x.org/b.svg)](https://x.org) project", " project"),
        ('a<img src="x.png" alt="a > b">b<IMG SRC=y />c', "abc"),
        ("a<img src='x.png\" >b", "ab"),
        ("a [[File:Cat.jpg|thumb|A [[cat]] here]] b", "a  b"),
        ("[[image:x.png]][[Datei:y.svg|mini]]", ""),
        (f"Before\nimages/{HASH}.jpg\nafter", "Before\n\nafter"),
        (f"  {HASH}.PNG  ", ""),
    ],
)
def test_references_to_images_go(text: str, expected: str) -> None:
    assert cleaned(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The international committee was very careful about results",  # of which the reference keeps "The", "was", …
        "see [the link](x.png) and cat.jpg",
        "arr![0] and !important [x] wow! [y](z)",
        "[[Category:Cats]] [[link|text]] [[:File:Cat.jpg]]",
        "images/logo.png\ndocs/readme.md",
        f"the file {HASH}.jpg is large",
        f"{HASH}",
        "<image> <imgx> a < img",
        "![never closed](x.png",
        "![not](in\none line)",
        "[[File:never closed",
        "[id]: https://x.org/page",
        "",
    ],
)
def test_words_links_and_other_file_names_stay(text: str) -> None:
    assert cleaned(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ![a cat](x.png) b", "a a cat b"),
        ("[![Build](b.svg)](https://x.org)", "Build"),
        ("a<img src=x alt='a dog'>b<img alt=cow>c<img src=y>", "aa dogbcowc"),
        ("![](x.png)", ""),
    ],
)
def test_descriptions_stay_when_asked(text: str, expected: str) -> None:
    assert cleaned(text, keep_alt=True) == expected


SENTENCES = st.lists(st.sampled_from(["Some words. ", "![a](b.png)", "[x](y) ", "<img src=x>", "\n", "[[File:x|y]]"]))


@given(SENTENCES)
def test_of_a_document_only_the_images_go(parts: list[str]) -> None:
    images = {"![a](b.png)", "<img src=x>", "[[File:x|y]]"}
    expected = "".join(part for part in parts if part not in images)
    assert cleaned("".join(parts)) == expected
    assert cleaned(expected) == expected


@pytest.mark.parametrize(
    "piece",
    ["![", "![]", "![](", "[![", "[", "[[", "[[File:", "]]", "<img ", '<img "', "<img src='", "(", "a/", "[a]: b", "0a",
     "![a[b]", "![](a(b)", "\n[a]: x.png", " ", '"'],
)  # fmt: skip
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str) -> None:
    started = time.process_time()
    cleaned("![a](b.png) " + piece * 50_000)
    assert time.process_time() - started < 2

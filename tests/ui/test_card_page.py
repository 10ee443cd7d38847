"""The page of a quality card: it needs nothing else, shows data as text, and can be read by everyone."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent import evaluate
from dataflow_agent.ui.card_html import card_page

NASTY = "<img src=https://example.org/x.png onerror=alert(1)><script>alert(2)</script> \u202eabc\x1b[2J"
PROSE = "The harbour was quiet in the morning and the fishermen mended their nets while the gulls waited on the wall. "
PLOTS = "[...document.querySelectorAll('.df-plot svg')]"
PLACES = f"{PLOTS}.map(e => e.getBoundingClientRect()).map(b => [b.left, b.right])"
VOID = {"meta", "br", "img", "input", "link", "hr"}


class Seen(HTMLParser):
    """The elements of a page, which must be closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of one card and of two, of data that would do harm if it could."""
    folder = tmp_path_factory.mktemp("pages")
    before, after = folder / "before.jsonl", folder / "<b>after&.jsonl"
    rows = [{"text": PROSE * n, NASTY: "x"} for n in range(1, 40)]
    rows += [{"text": f"{NASTY} {PROSE}"}, {"text": NASTY}, {"text": ""}]
    before.write_text("".join(json.dumps(row) + "\n" for row in rows) + f"{NASTY}\n")
    after.write_text("".join(json.dumps(row) + "\n" for row in rows[::2]))
    found = {"one": folder / "one.html", "two": folder / "two.html"}
    found["one"].write_text(card_page(evaluate(before, column="text")))
    found["two"].write_text(card_page(evaluate(after, against=before, column="text")))
    return found


@pytest.mark.parametrize("name", ["one", "two"])
def test_it_is_well_formed_and_nothing_of_the_data_became_markup(pages: dict[str, Path], name: str) -> None:
    text = pages[name].read_text()
    seen = Seen()
    seen.feed(text)
    seen.close()
    assert not seen.open
    tags = {tag for tag, _ in seen.found}
    assert not tags & {"script", "img", "link", "iframe", "object", "b-after"}
    assert not any(attribute.startswith("on") for _, attributes in seen.found for attribute in attributes)
    assert not any({"src", "href", "xlink:href"} & set(attributes) for _, attributes in seen.found)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in text


def test_it_loads_nothing_and_runs_nothing(pages: dict[str, Path]) -> None:
    text = pages["two"].read_text()
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in text


@pytest.mark.parametrize(("name", "columns"), [("one", 1), ("two", 2)])
def test_each_plot_has_a_name_and_a_table_behind_it(pages: dict[str, Path], name: str, columns: int) -> None:
    text = pages[name].read_text()
    seen = Seen()
    seen.feed(text)
    plots = [one for one in seen.all("svg") if one.get("role") == "img"]
    assert len(plots) == 20
    assert len(re.findall(r'role="img" aria-label="[^"]+"', text)) == 20
    behind = re.findall(r"texts in each bin</caption>.*?</thead>", text)
    assert len(behind) == 20
    assert all(one.count('scope="col"') == 1 + columns for one in behind)


def test_rows_at_both_ends_are_shown_with_their_places(pages: dict[str, Path]) -> None:
    text = pages["one"].read_text()
    assert "before.jsonl:39" in text
    assert "an empty text" in text


def test_two_cards_are_named_with_what_stands_for_each(pages: dict[str, Path]) -> None:
    text = pages["two"].read_text()
    assert "before: before.jsonl (line)" in text
    assert "after: &lt;b&gt;after&amp;.jsonl (bars)" in text
    assert "(−21)" in text


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages; none of them may ask for anything but itself, fail, or ask the reader something."""
    seen: list[tuple[str, list[str], list[str]]] = []

    def open_page(path: Path, width: int, scheme: str) -> Any:
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        asked, wrong = list[str](), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.goto(path.as_uri())
        seen.append((path.as_uri(), asked, wrong))
        return page

    yield open_page
    for address, asked, wrong in seen:
        assert (asked, wrong) == ([address], [])


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["one", "two"])
def test_it_fits_the_screen_folded_and_unfolded(
    pages: dict[str, Path], opened: Callable[..., Any], name: str, width: int, scheme: str
) -> None:
    page = opened(pages[name], width, scheme)
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for left, right in page.evaluate(PLACES):
            assert left >= 0
            assert right <= width
            assert right - left >= 240
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_words_stand_out_from_their_ground(pages: dict[str, Path], opened: Callable[..., Any], scheme: str) -> None:
    page = opened(pages["two"], 1280, scheme)
    read = "e => [getComputedStyle(e).color, getComputedStyle(e.closest('.card') || document.body).backgroundColor]"
    for selector in ("h1", "header p", ".card h3", ".card .about", ".card summary", ".card td"):
        ink, ground = (_luminance(colour) for colour in page.locator(selector).first.evaluate(read))
        light, dark = max(ink, ground), min(ink, ground)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, selector
    assert (ground < 0.1) is (scheme == "dark")


@pytest.mark.browser
def test_the_keyboard_opens_the_rows_at_both_ends(pages: dict[str, Path], opened: Callable[..., Any]) -> None:
    page = opened(pages["one"], 1280, "light")
    card = page.locator("article").filter(has=page.get_by_role("heading", name="Words", exact=True))
    assert card.get_by_role("img").get_attribute("role") == "img"
    assert not card.get_by_text("before.jsonl:39").is_visible()
    card.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert card.get_by_text("before.jsonl:39").is_visible()


def _luminance(colour: str) -> float:
    """The relative luminance of `rgb(r, g, b)` (WCAG 2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

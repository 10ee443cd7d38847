"""The page of a run in a browser: it loads nothing, runs nothing, fits, and its lines stand where rows begin to go."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.pipelines.differences import Change
from dataflow_agent.pipelines.funnel_model import Funnel, FunnelStep, MetricHistogram
from dataflow_agent.pipelines.histogram import Histogram
from dataflow_agent.pipelines.limits import Limit
from dataflow_agent.pipelines.lost import LostRow
from dataflow_agent.pipelines.report import Report, StepReport
from dataflow_agent.ui.run_page import RunFacts, run_page
from playwright import sync_api as playwright

expect = playwright.expect
pytestmark = pytest.mark.browser

NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script><style>*{display:none}</style>"
LONG = "a_step_whose_name_goes_on_and_on_without_any_place_to_break_it"
COUNTS = (30, 10, 0, 40, 100, 60, 20, 5, 1, 2)


def metric(**changes: Any) -> MetricHistogram:
    """Counts over ten bins from 0 to 100, kept from 20 to 80."""
    made = MetricHistogram(
        metric="word_count",
        rule="at least 20 and at most 80",
        limits=(Limit(side="low", value=20, at=20), Limit(side="high", value=80, at=80)),
        histogram=Histogram(edges=tuple(range(0, 101, 10)), counts=COUNTS, missing=7),
        smallest=0,
        largest=95,
        outside=43,
        outside_counts=(30, 10, 0, 0, 0, 0, 0, 0, 1, 2),
    )
    return made.model_copy(update=changes)


def facts(*metrics: MetricHistogram, step: str = "words") -> RunFacts:
    report = Report(
        id="r-1",
        status="completed",
        workflow=NASTY,
        inputs=(f"{NASTY}.jsonl",),
        rows_in=275,
        rows_out=225,
        rejects=2,
        steps=(StepReport(id=step, operator="o", rows_in=275, rows_out=225, kept=225, dropped=50, changed=1),),
        output="/data/" + "long-folder-name/" * 10 + "out.jsonl",
        output_sha256="00",
        warnings=(NASTY,),
    )
    funnel_step = FunnelStep(
        id=step,
        operator="o",
        rows_in=275,
        rows_out=225,
        share=225 / 275,
        reasons={"too_low": 40, "too_high": 3, NASTY: 7},
        metrics=metrics,
    )
    lost = LostRow("0:3", "dropped", "too_low", None, NASTY, {"word_count": 7.0}, {"text": f"{NASTY} {'x' * 280}"})
    change = Change("0:1", "text", "a b", "a c", f"a [-b {NASTY}-]{{+c+}} {NASTY}")
    return RunFacts(report, Funnel(rows_in=275, steps=(funnel_step,)), "then", {step: [change]}, {step: [lost]})


@dataclass
class Window:
    """A page that was opened, with what it asked for and what went wrong."""

    page: Any
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def boxes(self, selector: str) -> list[dict[str, float]]:
        return [found.bounding_box() for found in self.page.locator(selector).all()]

    def colour(self, selector: str, what: str = "background-color") -> str:
        found = self.page.locator(selector).first.evaluate(f"one => getComputedStyle(one).getPropertyValue('{what}')")
        return str(found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Window]]:
    """Opens pages from a file; none of them may have asked for anything else, nor failed in any way."""
    windows: list[Window] = []
    place = tmp_path / "run.html"

    def open_on(told: RunFacts, width: int = 1280, scheme: str = "light") -> Window:
        place.write_text(run_page(told), encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        window = Window(page)
        windows.append(window)
        page.on("request", lambda request: window.asked.append(request.url))
        page.on("dialog", lambda dialog: (window.wrong.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: window.wrong.append(str(error)))
        page.on("console", lambda message: window.wrong.append(message.text))
        page.goto(place.as_uri())
        return window

    yield open_on
    for window in windows:
        assert window.asked == [place.as_uri()]
        assert window.wrong == []
        window.page.close()


def test_whatever_the_data_holds_is_shown_as_text(opened: Callable[..., Window]) -> None:
    window = opened(facts(metric()))
    assert window.page.locator("img, script, body style").count() == 0
    shown = window.page.locator("body").inner_text()
    assert shown.count("<img src=x onerror=alert(1)>") >= 6
    assert "[-" not in shown
    expect(window.page.locator("del")).to_contain_text("b <img")
    expect(window.page.locator("ins")).to_have_text("c")


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("name", ["words", LONG])
def test_nothing_leaves_the_page_at_any_width(opened: Callable[..., Window], width: int, name: str) -> None:
    far = metric(limits=(Limit(side="low", value=-9999, at=-9999), Limit(side="high", value=1e6, at=1e6)))
    edges = metric(limits=(Limit(side="low", value=0, at=0), Limit(side="high", value=1e6, at=100)))
    window = opened(facts(metric(), far, edges, step=name), width)
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    for selector in (".df-limits span", ".df-ticks span", ".df-far span", ".df-funnel li > *", ".df-plot svg"):
        for box in window.boxes(selector):
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_the_lines_of_the_limits_part_the_kept_bins_from_those_outside(
    opened: Callable[..., Window], width: int
) -> None:
    window = opened(facts(metric()), width)
    low, high = (box["x"] + box["width"] / 2 for box in window.boxes(".df-plot svg .df-limit"))
    kept = [box for box in window.boxes(".df-plot svg rect.df-kept") if box["height"] > 0]
    outside = [box for box in window.boxes(".df-plot svg rect.df-out") if box["height"] > 0]
    assert (len(kept), len(outside)) == (5, 4)
    for box in kept:
        assert low <= box["x"] + 1
        assert box["x"] + box["width"] <= high + 1
    for box in outside:
        assert box["x"] + box["width"] <= low + 1 or high <= box["x"] + 1
    tallest = max(kept, key=lambda box: box["height"])
    assert tallest["height"] == pytest.approx(96, abs=2)
    assert kept[0]["height"] == pytest.approx(0.4 * tallest["height"], abs=2)


def test_labels_of_limits_that_lie_close_do_not_cover_each_other(opened: Callable[..., Window]) -> None:
    close = metric(limits=(Limit(side="low", value=49.25, at=49.25), Limit(side="high", value=50.75, at=50.75)))
    one, other = opened(facts(close), 390).boxes(".df-limits span")
    assert one["y"] + one["height"] <= other["y"] + 1 or one["x"] + one["width"] <= other["x"]


def test_bars_of_the_funnel_are_as_long_as_their_shares(opened: Callable[..., Window]) -> None:
    read, left = opened(facts()).boxes(".df-funnel rect.df-kept")
    assert left["width"] / read["width"] == pytest.approx(225 / 275, abs=0.01)


def test_the_page_is_light_or_dark_as_the_reader_wants_it_and_readable_in_both(opened: Callable[..., Window]) -> None:
    for scheme in ("light", "dark"):
        window = opened(facts(metric()), scheme=scheme)
        ground, ink = _lightness(window.colour("body")), _lightness(window.colour("body", "color"))
        assert (ground > 200, ink > 200) == (scheme == "light", scheme == "dark")
        kept, out = (window.colour(f".df-plot .df-{name}", "fill") for name in ("kept", "out"))
        assert abs(_lightness(kept) - _lightness(out)) > 40


def _lightness(colour: str) -> float:
    """Of `rgb(…)`, 0 to 255, as the eye weighs the three."""
    red, green, blue = (float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue

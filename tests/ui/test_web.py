"""The page in a browser, as a person uses it; each wait is for a state, never for time."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest
from dataflow_agent.agent.planners.scripted import ScriptedPlanner
from dataflow_agent.agent.state import Draft, Question
from dataflow_agent.operators.core import Operator, Refiner
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.ui.web import Served, launch
from playwright import sync_api as playwright

expect = playwright.expect
pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

REQUEST = (
    "strip the HTML and URLs, remove emojis, keep only English documents with at least 50 words, "
    "then drop near duplicates"
)
ENGLISH = (
    "The harbour was quiet in the morning and the fishermen mended their nets while the gulls waited on the wall "
    "for whatever might fall from the boats when they came back from the open sea before noon "
)
OTHER = (
    "Nobody in the village could remember a winter with so much snow and yet the postman walked up the hill every "
    "day with letters that had travelled for weeks from cities most of his neighbours would never see "
)
GERMAN = "Der Hafen lag am Morgen still und die Fischer flickten ihre Netze während die Möwen auf der Mauer warteten. "
NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script>${alert(3)}{{constructor}}"
ROWS = [
    {"id": 1, "text": f"<p>{ENGLISH * 3}</p> https://example.org/a 😀", "note": "plain"},
    {"id": 2, "text": "far too short", "note": "plain"},
    {"id": 3, "text": f"<div>{ENGLISH * 3}</div> https://example.org/b", "note": "plain"},
    {"id": 4, "text": GERMAN * 6, "note": "plain"},
    {"id": 5, "text": OTHER * 2, "note": NASTY},
    {"id": 6, "text": "He said that it would rain. " * 10, "note": "plain"},
]


@dataclass
class Window:
    """A browser window on the page, with what it asked for and what went wrong in it."""

    page: Any
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def drop(self, file: Path) -> None:
        self.page.set_input_files("#df-files input[type=file]", str(file))

    def give(self, file: Path) -> None:
        self.drop(file)
        expect(self.page.locator("#df-file-list .df-file").filter(has_text=file.name)).to_be_visible()

    def say(self, words: str) -> None:
        self.page.locator("#df-words textarea").fill(words)
        self.page.locator("#df-words textarea").press("Enter")

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> Any:
        return self.page.get_by_role("tab", name=name, exact=True)

    def choose(self, what: str, name: str) -> None:
        self.page.get_by_role("combobox", name=what, exact=True).click()
        self.page.get_by_role("option", name=name).click()

    def set_option(self, step: str, option: str, value: str) -> None:
        self.choose("Step", step)
        self.choose("Option", option)
        # Until the page shows the option's own value, it would take the place of what is typed.
        expect(self.page.locator("#df-option-help b")).to_have_text(f"{step} {option}")
        self.page.get_by_label("Value", exact=True).fill(value)
        self.button("Set option").click()

    def options(self, step: str) -> Any:
        row = self.page.locator("#df-plan tbody tr").filter(has=self.page.get_by_text(step, exact=True))
        return row.locator("td.df-options")

    def steps(self) -> list[str]:
        return [str(name) for name in self.page.locator("#df-plan td.df-step strong").all_text_contents()]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        # One context, so that windows share the cache of the page's scripts; each has a session storage of its own.
        yield browser.new_context(accept_downloads=True)
        browser.close()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Starts servers in one home, since gradio knows one folder for uploads in a process."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("GRADIO_TEMP_DIR", "GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY"):
            environment.setenv(name, "")
        started: list[Served] = []

        home = tmp_path_factory.mktemp("served")

        def start(planner: Any = "offline") -> Served:
            started.append(launch(Settings(home=home), planner, port=0, prevent_thread_lock=True))
            return started[-1]

        yield start
        for served in started:
            served.close()


@pytest.fixture(scope="module")
def served(serving: Callable[..., Served]) -> Served:
    return serving()


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Window]]:
    """Opens windows; at the end none of them may have asked another machine for anything, nor failed in any way."""
    windows: list[Window] = []

    def open_on(served: Served, width: int = 1280, height: int = 800) -> Window:
        page = chromium.new_page()
        page.set_viewport_size({"width": width, "height": height})
        window = Window(page)
        windows.append(window)
        page.on("request", lambda request: window.asked.append(request.url))
        page.on("dialog", lambda dialog: (window.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: window.wrong.append(str(error)))
        page.goto(served.url)
        expect(page.get_by_text("No data yet")).to_be_visible()
        return window

    yield open_on
    for window in windows:
        window.page.close()
        hosts = {url.split("/")[2] for url in window.asked if not url.startswith(("data:", "blob:"))}
        assert all(host.startswith("127.0.0.1:") for host in hosts), hosts
        assert window.wrong == []


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write(tmp_path / "crawl.jsonl", ROWS)


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def scripted(*steps: Step, **more: Any) -> ScriptedPlanner:
    return ScriptedPlanner(drafts=[Draft(workflow=Workflow(steps=steps), **more)])


def test_from_words_to_a_result_that_can_be_downloaded_and_explained(
    served: Served, opened: Callable[..., Window], tmp_path: Path
) -> None:
    window = opened(served)
    page = window.page
    data = write(tmp_path / "story.jsonl", ROWS)
    assert page.title() == "DataFlow Agent"
    window.give(data)

    window.say(REQUEST)
    expect(window.button("Approve and run")).to_be_enabled()
    assert {"strip_html", "strip_urls", "remove_emoji", "language_filter", "word_count_filter"} < {*window.steps()}
    assert window.steps()[-1] == "minhash_dedup"
    expect(window.options("word_count_filter")).to_have_text("min_words 50")
    expect(page.locator("#df-plan-details")).to_contain_text("text has at least 50 words")

    window.say("actually, make it 80 words")
    expect(page.locator("#df-plan .df-changed")).to_have_count(1)
    expect(window.options("word_count_filter")).to_have_text("min_words 50 80")
    expect(page.locator("#df-plan")).to_contain_text("word_count_filter: min_words 50 -> 80")

    window.button("Approve and run").click()
    expect(window.tab("Result")).to_have_attribute("aria-selected", "true")
    link = page.get_by_role("link", name="Download the result")
    with page.expect_download() as download:
        link.click()
    got = Path(download.value.path()).read_bytes()
    kept = [json.loads(line)["id"] for line in got.splitlines()]
    assert kept == [1]
    on_disk = list(served.folder.rglob("story.clean.jsonl"))
    assert [path.read_bytes() for path in on_disk] == [got]
    assert page.locator("#df-rows tbody tr").count() == len(kept)

    window.tab("Run").click()
    expect(page.locator("#df-run").get_by_role("table", name="What each step did")).to_be_visible()
    row = page.locator("#df-run tbody tr").filter(has=page.get_by_text("minhash_dedup", exact=True)).first
    assert row.locator("td").all_text_contents()[:2] == ["minhash_dedup", "2"]

    window.tab("Result").click()
    page.locator("#df-row input, #df-row textarea").fill("2")
    window.button("Why?").click()
    expect(page.locator("#df-story")).to_contain_text("Row 2 was dropped by word_count_filter.")
    expect(page.locator("#df-story tbody tr").last).to_contain_text("at least 80")


def test_what_the_data_holds_is_text_and_never_markup(
    serving: Callable[..., Served], opened: Callable[..., Window], tmp_path: Path
) -> None:
    rows = [{**row, NASTY: "named badly"} for row in ROWS]
    asked = Question(text=f"Which column? {NASTY}", options=(NASTY, "text"))
    steps = (Step(id="words", operator="word_count_filter", options={"min_words": 3}, where=f'note != "{NASTY}"'),)
    draft = Draft(workflow=Workflow(steps=steps), reasons={"words": NASTY}, notes=(NASTY,))
    planner = ScriptedPlanner(drafts=[draft.model_copy(update={"question": asked}), draft])
    window = opened(serving(planner))
    page = window.page
    window.give(write(tmp_path / "rows.jsonl", rows))
    window.say(f"keep all of {NASTY}")
    expect(window.button(NASTY)).to_be_visible()
    window.button(NASTY).click()
    expect(window.button("Approve and run")).to_be_enabled()
    expect(page.locator("#df-plan td.df-why")).to_have_text(NASTY)
    window.button("Approve and run").click()

    expect(page.locator("#df-rows th").get_by_text(NASTY, exact=True)).to_be_visible()
    assert page.locator("#df-rows tbody tr").nth(4).locator("td").nth(3).text_content() == NASTY
    expect(page.locator("#df-chat")).to_contain_text(f"keep all of {NASTY}")
    page.locator("#df-row textarea, #df-row input").fill(NASTY)
    window.button("Why?").click()
    expect(page.locator("#df-story")).to_contain_text("read no row")
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("main script").count() == 0


def test_a_plan_is_edited_by_hand_and_faults_are_told_in_a_sentence(
    served: Served, opened: Callable[..., Window], data: Path
) -> None:
    window = opened(served)
    page = window.page
    window.give(data)
    window.say("remove emojis, then keep documents with at least 50 words")
    expect(window.button("Approve and run")).to_be_enabled()
    assert window.steps() == ["remove_emoji", "word_count_filter"]
    page.get_by_role("button", name="Change the plan by hand").click()

    window.set_option("word_count_filter", "min_words", "many")
    expect(page.locator("#df-edit-note")).to_contain_text("allowed: a whole number of at least 0 or null")
    expect(window.options("word_count_filter")).to_have_text("min_words 50")

    window.set_option("word_count_filter", "min_words", "70")
    expect(window.options("word_count_filter")).to_have_text("min_words 50 70")
    expect(page.locator("#df-plan-details")).to_contain_text("text has at least 70 words")

    window.button("Move step up").click()
    expect(page.locator("#df-plan td.df-step").first).to_contain_text("word_count_filter")
    window.button("Move step up").click()
    expect(page.locator("#df-edit-note")).to_contain_text("word_count_filter is the first step already")

    window.button("Remove step").click()
    expect(page.locator("#df-plan td.df-step")).to_have_count(1)
    window.button("Undo last change").click()
    expect(page.locator("#df-plan td.df-step")).to_have_count(2)
    expect(window.options("word_count_filter")).to_contain_text("70")
    expect(page.locator("#df-plan-details")).to_contain_text("text has at least 70 words")

    window.set_option("remove_emoji", "where", "note >")
    expect(page.locator("#df-edit-note")).to_contain_text("the condition cannot be read")
    window.set_option("remove_emoji", "where", 'note = "plain"')
    expect(window.options("remove_emoji")).to_contain_text('only rows where all rows note = "plain"')


def test_what_cannot_be_used_is_told_in_a_sentence(
    served: Served, opened: Callable[..., Window], data: Path, tmp_path: Path
) -> None:
    window = opened(served)
    page = window.page
    window.say(REQUEST)
    expect(page.locator("#df-chat")).to_contain_text("Which data? Add at least one file first.")
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG")
    window.drop(picture)
    expect(page.locator("#df-file-list")).to_contain_text("cat.png: the ending tells the format")
    assert not list(served.folder.rglob("cat.png"))

    window.give(data)
    window.say("translate everything into Latin")
    expect(page.locator("#df-plan .df-bad")).to_be_visible()
    expect(window.button("Approve and run")).to_be_hidden()
    assert "Traceback" not in page.content()


def test_every_window_has_its_own_conversation_and_keeps_it_over_a_reload(
    served: Served, opened: Callable[..., Window], data: Path
) -> None:
    one, other = opened(served), opened(served)
    one.give(data)
    one.say("keep documents with at least 50 words")
    expect(one.button("Approve and run")).to_be_enabled()
    one.page.reload()
    expect(one.page.locator("#df-file-list")).to_contain_text("crawl.jsonl")
    expect(one.button("Approve and run")).to_be_enabled()
    assert one.steps() == ["word_count_filter"]

    other.page.reload()
    expect(other.page.get_by_text("No data yet")).to_be_visible()
    one.button("Start over").click()
    expect(one.page.get_by_text("No data yet")).to_be_visible()
    assert one.steps() == []


def test_a_narrow_page_shows_everything_and_the_keyboard_is_enough(
    served: Served, opened: Callable[..., Window], data: Path
) -> None:
    window = opened(served, width=390, height=844)
    page = window.page
    window.give(data)
    page.get_by_label("What should the data become?").focus()
    page.keyboard.type("keep documents with at least 50 words")
    page.keyboard.press("Enter")
    expect(window.button("Approve and run")).to_be_enabled()
    assert _overflow(page) == 0
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Approve and run":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Download the result")).to_be_visible()
    assert _overflow(page) == 0
    nameless = page.locator("input:visible, textarea:visible, button:visible").evaluate_all(
        "all => all.filter(one => !(one.textContent.trim() || one.ariaLabel || one.labels?.length || one.title))"
        ".map(one => one.outerHTML.slice(0, 200))"
    )
    assert nameless == []


def _overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def gate() -> Iterator[Flag]:
    """A step of the name `wait_at_gate` that goes on only while the gate is open, and fails texts that say so."""
    opened = Flag()
    opened.set()

    class WaitAtGate(Refiner):
        """Keep texts as they are, once the gate is open."""

        name = "wait_at_gate"
        phrases = ("wait at the gate",)

        def refine(self, text: str) -> str:
            opened.wait(30)
            if text == "fall down":
                raise ValueError("fell down")
            return text

    yield opened
    opened.set()
    Operator.registry.pop("wait_at_gate")


def test_the_page_stays_alive_while_a_plan_runs(
    serving: Callable[..., Served], opened: Callable[..., Window], tmp_path: Path, gate: Flag
) -> None:
    window = opened(serving(scripted(Step(id="wait", operator="wait_at_gate"))))
    page = window.page
    window.give(write(tmp_path / "many.jsonl", [{"text": f"row {n}"} for n in range(300)]))
    window.say("wait at the gate")
    expect(window.button("Approve and run")).to_be_enabled()
    gate.clear()
    window.button("Approve and run").click()
    progress = page.get_by_role("table", name="Progress, stage by stage")
    expect(progress).to_contain_text("starting")
    window.say("make it faster")
    expect(page.locator("#df-chat")).to_contain_text("The last message is still being dealt with")
    page.reload()
    expect(progress).to_contain_text("starting")
    gate.set()
    expect(page.locator("#df-rows")).to_contain_text("The first 50 of 300 rows")


def test_a_run_that_fails_says_why_and_can_be_tried_again(
    serving: Callable[..., Served], opened: Callable[..., Window], tmp_path: Path, gate: Flag
) -> None:
    window = opened(serving(scripted(Step(id="wait", operator="wait_at_gate"))))
    page = window.page
    window.give(write(tmp_path / "bad.jsonl", [{"text": "fall down"}] * 3))
    window.say("wait at the gate")
    window.button("Approve and run").click()
    window.tab("Run").click()
    expect(page.locator("#df-run .df-bad")).to_contain_text("all 3 rows that reached it failed")
    window.tab("Plan").click()
    expect(window.button("Try again")).to_be_enabled()
    assert "Traceback" not in page.content()

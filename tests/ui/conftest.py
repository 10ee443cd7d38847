"""A command line that is called in this process, with a home and a folder of its own; and a browser on the page."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from dataflow_agent.ui.cli import call
from dataflow_agent.ui.document import shipped_schema


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(json.loads(shipped_schema()))


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, what it printed, and its document when it was asked for JSON."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object that is all of stdout, checked against the shipped schema."""
        found: dict[str, Any] = json.loads(self.out)
        _validator().validate(found)
        return found


Cli = Callable[..., Said]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Calls the command line in a folder of its own; no command may show a trace."""
    monkeypatch.setenv("DATAFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATAFLOW_CONFIG", str(tmp_path / "no-config.toml"))
    for variable in ("DATAFLOW_LLM_BASE_URL", "DATAFLOW_LLM_MODEL", "DATAFLOW_LLM_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)

    def say(*arguments: object) -> Said:
        code = call([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err, printed.err
        return Said(code, printed.out, printed.err)

    return say


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Five rows: two long texts, one of them twice, a short one, and one with markup."""
    path = tmp_path / "rows.jsonl"
    texts = [
        "alpha beta gamma delta",
        "one two three four",
        "alpha beta gamma delta",
        "short",
        "<b>bold</b> words are here",
    ]
    path.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts)))
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A workflow that changes, drops and merges."""
    path = tmp_path / "plan.yaml"
    path.write_text(
        "steps:\n"
        "- {id: strip_html, operator: strip_html, reason: tags are no words}\n"
        "- {id: words, operator: word_count_filter, options: {min_words: 2}}\n"
        "- {id: exact_dedup, operator: exact_dedup}\n"
    )
    return path


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
        _expect()(self.page.locator("#df-file-list .df-file").filter(has_text=file.name)).to_be_visible()

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
        _expect()(self.page.locator("#df-option-help b")).to_have_text(f"{step} {option}")
        self.page.get_by_label("Value", exact=True).fill(value)
        self.button("Set option").click()

    def options(self, step: str) -> Any:
        row = self.page.locator("#df-plan tbody tr").filter(has=self.page.get_by_text(step, exact=True))
        return row.locator("td.df-options")

    def steps(self) -> list[str]:
        return [str(name) for name in self.page.locator("#df-plan td.df-step strong").all_text_contents()]


def _expect() -> Any:
    """What waits for a state of the page; playwright need not be installed where no browser is."""
    from playwright import sync_api

    sync_api.expect.set_options(timeout=20_000)
    return sync_api.expect


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        # One context, so that windows share the cache of the page's scripts; each has a session storage of its own.
        yield browser.new_context(accept_downloads=True)
        browser.close()


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Window]]:
    """Opens windows; at the end none of them may have asked another machine for anything, nor failed in any way."""
    windows: list[Window] = []

    def open_on(url: str, width: int = 1280, height: int = 800) -> Window:
        page = chromium.new_page()
        page.set_viewport_size({"width": width, "height": height})
        window = Window(page)
        windows.append(window)
        page.on("request", lambda request: window.asked.append(request.url))
        page.on("dialog", lambda dialog: (window.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: window.wrong.append(str(error)))
        page.goto(url)
        _expect()(page.get_by_text("No data yet")).to_be_visible()
        return window

    yield open_on
    for window in windows:
        window.page.close()
        hosts = {url.split("/")[2] for url in window.asked if not url.startswith(("data:", "blob:"))}
        assert all(host.startswith("127.0.0.1:") for host in hosts), hosts
        assert window.wrong == []

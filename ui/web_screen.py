"""What the page shows of a conversation, piece by piece; changes nothing."""

import html
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..agent.api import Standing
from ..agent.review import TRY
from ..operators.core import DataFlowError
from ..pipelines.edits import printable
from ..pipelines.funnel_model import Funnel
from ..pipelines.report import Report
from ..pipelines.run import Home
from ..pipelines.workflow import Step
from .history import telling_rows
from .web_amending import explained, option_names, shown_value
from .web_job import Job
from .web_layout import MOST_HINTS, MOST_OPTIONS, PLAN, RESULT, STOP, Page
from .web_markup import EMPTY, Markup, element, joined, line, notice
from .web_plan import details_view, plan_view, question_view
from .web_rows import first_rows, rows_view
from .web_run import facts_view, progress_view, report_view
from .web_sessions import Session

Shown = dict[Any, Any]
"""New values of pieces of the page, by piece."""
DOWNLOAD = "/gradio_api/file="
OPTION_CHARACTERS = 120
MOST_FUNNELS = 32
CLEANED = "What each step of this run did was cleaned away."
OLDER = "This is of the run before the plan was changed; approve the plan to run it anew."


class Screen:
    """Shows conversations on one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._funnels: dict[str, Funnel] = {}

    def whole(self, session: Session) -> Shown:
        """All pieces, as they are while nothing is being done."""
        page = self._page
        return {
            page.session: session.id,
            page.token: session.id,
            page.left.file_list: str(files_view(session)),
            page.left.chat: chat_lines(session),
            page.left.send: _update(interactive=True),
            **self._plan(session),
            **self._editing(session),
            page.run: str(self._run(session)),
            page.stop: _update(visible=False),
            **self._result(session),
        }

    def busy(self, session: Session, job: Job) -> Shown:
        """The pieces that move while a message is dealt with; nothing can be decided then."""
        page = self._page
        shown: Shown = {
            page.left.chat: [*chat_lines(session), {"role": "assistant", "content": f"{job.phase} …"}],
            page.left.send: _update(interactive=False),
            page.plan.approve: _update(interactive=False),
            page.plan.reject: _update(interactive=False),
            page.editing.panel: _update(visible=False),
            **{button: _update(visible=False) for button in page.plan.options},
        }
        if not job.running:
            return shown
        stop = self.stopping() if job.stopping else {page.stop: _update(visible=True, interactive=True, value=STOP)}
        return {**shown, page.run: str(progress_view(job.progress)), **stop}

    def stopping(self) -> Shown:
        """The run was asked to stop."""
        return {self._page.stop: _update(visible=True, interactive=False, value="Stopping …")}

    def said(self, session: Session) -> Shown:
        """Only the conversation."""
        page = self._page
        return {page.session: session.id, page.token: session.id, page.left.chat: chat_lines(session)}

    def tab_for(self, session: Session) -> Shown:
        """Turns to what a person looks at next."""
        standing = session.standing
        if standing is None:
            return self.turned_to(PLAN)
        return self.turned_to(RESULT if standing.status == "completed" else PLAN)

    def turned_to(self, tab: str) -> Shown:
        """Turns to one of the tabs."""
        return {self._page.tabs: _update(selected=tab)}

    def options_of(self, session: Session, step: Step | None) -> Shown:
        """The options of a step to choose from, and the value of the chosen one."""
        editing = self._page.editing
        if step is None:
            return {editing.option: _update(choices=[], value=None), editing.value: "", editing.help: ""}
        names = option_names(step)
        if session.chosen_option not in names:
            session.chosen_option = names[0]
        chosen = session.chosen_option
        return {editing.option: _update(choices=names, value=chosen), **self.value_of(step, chosen)}

    def value_of(self, step: Step, option: str) -> Shown:
        """The value of an option, and what the option means."""
        named = element("b", f"{step.id} {option}")
        told = element("p", named, ": ", line(explained(step, option), 600), cls="df-muted")
        return {self._page.editing.value: shown_value(step, option), self._page.editing.help: str(told)}

    def _plan(self, session: Session) -> Shown:
        plan, draft = self._page.plan, session.draft
        status = session.standing.status if session.standing else ""
        label = "Run what is covered" if draft and draft.not_covered else "Approve and run"
        label = {"failed": "Try again", "interrupted": "Go on"}.get(status, label)
        waits = status == "needs_input"
        question = draft.question if draft and waits else None
        asked = session.standing.question if session.standing and waits else None
        words = [*(question.options if question else ())][:MOST_OPTIONS]
        buttons = [
            _update(visible=at < len(words), value=words[at] if at < len(words) else "") for at in range(MOST_OPTIONS)
        ]
        return {
            plan.question: str(question_view(question)),
            plan.view: str(plan_view(session.standing, session.changed)),
            plan.approve: _update(visible=session.may_run, interactive=True, value=label),
            plan.reject: _update(visible=session.may_run and waits, interactive=True),
            plan.attempt: _update(visible=asked is not None and TRY in asked.options, interactive=True),
            self._page.details: str(details_view(session.standing)),
            self._page.link: str(_plan_link(session)),
            **dict(zip(plan.options, buttons, strict=True)),
        }

    def _editing(self, session: Session) -> Shown:
        editing, draft = self._page.editing, session.draft
        if draft is None or not session.may_edit:
            return {editing.panel: _update(visible=False)}
        steps = draft.workflow.steps
        ids = [step.id for step in steps]
        if session.chosen_step not in ids:
            session.chosen_step = ids[0]
        choices = [(f"{number}. {name}", name) for number, name in enumerate(ids, start=1)]
        return {
            editing.panel: _update(visible=True),
            editing.step: _update(choices=choices, value=session.chosen_step),
            editing.undo: _update(interactive=session.may_undo),
            **self.options_of(session, draft.workflow.step(session.chosen_step)),
        }

    def _run(self, session: Session) -> Markup:
        standing, finished = session.standing, session.finished
        parts = []
        if standing and standing.status == "failed" and standing.draft:
            parts.append(notice("bad", "The run did not end well", [line(standing.message, 1000)]))
        if finished and finished.report:
            parts.append(notice("info", "", [OLDER]) if finished is not standing else EMPTY)
            parts.append(self._report(session, finished, finished.report))
        return joined(parts) or element("p", "Nothing has run yet.", cls="df-muted")

    def _report(self, session: Session, finished: Standing, report: Report) -> Markup:
        try:
            funnel = self._funnel(session, report)
        except DataFlowError:
            return joined([facts_view(report), notice("info", "", [CLEANED])])
        return report_view(report, finished.asks, finished.warnings, funnel)

    def _funnel(self, session: Session, report: Report) -> Funnel:
        """The funnel of a completed run, kept since it is shown anew with every change of the page."""
        if report.id not in self._funnels:
            while len(self._funnels) >= MOST_FUNNELS:
                self._funnels.pop(next(iter(self._funnels)))
            self._funnels[report.id] = Home.of(session.settings).ledger(report.id).funnel(report)
        return self._funnels[report.id]

    def _result(self, session: Session) -> Shown:
        result, finished = self._page.result, session.finished
        report = finished.report if finished else None
        if report is None:
            empty = element("p", "There is no result yet.", cls="df-muted")
            hidden = {hint: _update(visible=False) for hint in result.hints}
            return {result.links: str(empty), result.rows: "", result.asking: _update(visible=False), **hidden}
        older = notice("info", "", [OLDER]) if finished is not session.standing else EMPTY
        try:
            rows = rows_view(first_rows(Path(report.output)), report.rows_out) if report.rows_out else _no_rows()
        except DataFlowError as error:
            rows = notice("bad", "The result cannot be shown", [line(error)])
        links = element("p", download(Path(report.output), "Download the result"), cls="df-links")
        return {
            result.links: str(joined([older, facts_view(report), links])),
            result.rows: str(rows),
            result.asking: _update(visible=True),
            **self._hints(session, report.id),
        }

    def _hints(self, session: Session, run_id: str) -> Shown:
        home = Home.of(session.settings)
        try:
            found = telling_rows(home.ledger(run_id), home.report(run_id))
        except DataFlowError:  # as CLEANED says
            found = {}
        told = [f"Row {row}, {fate}" for fate, row in found.items()]
        return {
            hint: _update(visible=at < len(told), value=told[at] if at < len(told) else "")
            for at, hint in enumerate(self._page.result.hints[:MOST_HINTS])
        }


def chat_lines(session: Session) -> list[dict[str, str]]:
    """The conversation so far, as the chat shows it."""
    return [{"role": message.role, "content": _readable(message.text)} for message in session.messages]


def files_view(session: Session) -> Markup:
    """The files of a conversation, with their sizes."""
    if not session.files:
        return element(
            "p",
            "No data yet. Tables (JSONL, JSON, CSV, TSV, Parquet) and documents (PDF, DOCX, HTML, …) can be read.",
            cls="df-muted",
        )
    named = [element("span", f"{file.name} · {_size(file)}", cls="df-file") for file in session.files]
    return element("div", element("span", "Data:"), *named, cls="df-files")


def download(path: Path, words: str) -> Markup:
    """A link that downloads a file of the conversation."""
    return element("a", words, href=DOWNLOAD + quote(str(path)), download=path.name)


def _plan_link(session: Session) -> Markup:
    draft = session.draft
    if draft is None or not draft.workflow.steps or not session.files:
        return EMPTY
    return element("p", download(session.save_plan(draft.workflow), "Download the plan (YAML)"), cls="df-links")


def _no_rows() -> Markup:
    return element("p", "No row came out.", cls="df-muted")


def _readable(text: str) -> str:
    """A message for the chat, which takes HTML for HTML even where it renders no Markdown."""
    return "\n".join(html.escape(printable(part, 2000), quote=False) for part in text.split("\n"))


def _size(file: Path) -> str:
    size = float(file.stat().st_size if file.exists() else 0)
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"


def _update(**changes: Any) -> Any:
    import gradio as gr

    return gr.update(**changes)

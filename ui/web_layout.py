"""What stands where on the page; what the pieces do is told in `web_actions`."""

from dataclasses import dataclass
from typing import Any

from .web_markup import Markup, element
from .web_plan import plan_view

TITLE = "DataFlow Agent"
MOST_OPTIONS = 4
MOST_HINTS = 3
EXAMPLE = "e.g. strip the HTML, keep English texts of at least 50 words"
TABS = "df-tabs"
PLAN, RUN, RESULT = "plan", "run", "result"
STOP = "Stop the run"


@dataclass(frozen=True)
class Conversation:
    """The left side: data and words."""

    files: Any
    file_list: Any
    chat: Any
    words: Any
    send: Any
    anew: Any


@dataclass(frozen=True)
class PlanSide:
    """The plan, and the decision over it."""

    question: Any
    view: Any
    approve: Any
    reject: Any
    attempt: Any
    options: tuple[Any, ...]


@dataclass(frozen=True)
class Editing:
    """Direct edits of a plan."""

    panel: Any
    step: Any
    option: Any
    value: Any
    help: Any
    set: Any
    default: Any
    up: Any
    down: Any
    remove: Any
    undo: Any
    note: Any


@dataclass(frozen=True)
class ResultSide:
    """The rows that came out, and the story of a single one."""

    links: Any
    rows: Any
    asking: Any
    row: Any
    why: Any
    hints: tuple[Any, ...]
    story: Any


@dataclass(frozen=True)
class Page:
    """All pieces that are shown anew when something has happened.

    `session` holds the id of the conversation on the server's side; `token` carries it over a reload of the page.
    """

    session: Any
    token: Any
    left: Conversation
    tabs: Any
    plan: PlanSide
    details: Any
    link: Any
    editing: Editing
    run: Any
    stop: Any
    result: ResultSide


def lay_out(about: str) -> Page:
    """Put all pieces on the page, inside the `gr.Blocks` that is open.

    Args:
        about: who plans, and what leaves this machine for that.
    """
    import gradio as gr

    session, token = gr.State(""), gr.Textbox(visible=False, label="Conversation id")
    gr.HTML(str(_top(about)), apply_default_css=False)
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_id="df-left"):
            left = _conversation()
        with gr.Column(scale=8, min_width=320), gr.Tabs(selected=PLAN, elem_id=TABS) as tabs:
            with gr.Tab("Plan", id=PLAN):
                plan, editing = _plan(), _editing()
                details, link = _view(Markup(""), "df-plan-details"), _view(Markup(""), "df-plan-link")
            with gr.Tab("Run", id=RUN):
                run = _view(element("p", "Nothing has run yet.", cls="df-muted"), "df-run")
                stop = gr.Button(STOP, visible=False, size="md", min_width=120, elem_id="df-stop")
            with gr.Tab("Result", id=RESULT):
                result = _result()
    return Page(session, token, left, tabs, plan, details, link, editing, run, stop, result)


def _top(about: str) -> Markup:
    return element("header", element("h1", TITLE), element("p", about), cls="df-top")


def _view(content: Markup, name: str) -> Any:
    import gradio as gr

    return gr.HTML(str(content), elem_id=name, apply_default_css=False)


def _conversation() -> Conversation:
    import gradio as gr

    files = gr.File(label="Data files", file_count="multiple", height=118, elem_id="df-files")
    file_list = _view(Markup(""), "df-file-list")
    chat = gr.Chatbot(
        label="Conversation",
        height=320,
        show_label=False,
        elem_id="df-chat",
        render_markdown=False,
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=[],
        buttons=[],
        feedback_options=None,
        group_consecutive_messages=False,
        allow_file_downloads=False,
        placeholder="Say what your data should become.",
    )
    words = gr.Textbox(
        label="What should the data become?", placeholder=EXAMPLE, lines=1, max_lines=8, elem_id="df-words"
    )
    with gr.Row():
        anew = gr.Button("Start over", size="md", min_width=120, scale=1)
        send = gr.Button("Send", variant="primary", size="md", min_width=100, scale=2, elem_id="df-send")
    return Conversation(files, file_list, chat, words, send, anew)


def _plan() -> PlanSide:
    import gradio as gr

    question = _view(Markup(""), "df-question")
    with gr.Row():
        options = tuple(gr.Button(visible=False, size="md", min_width=120) for _ in range(MOST_OPTIONS))
    view = _view(plan_view(None), "df-plan")
    with gr.Row():
        reject = gr.Button("Reject", visible=False, size="md", min_width=100, scale=1, elem_id="df-reject")
        attempt = gr.Button("Try 3 rows", visible=False, size="md", min_width=100, scale=1, elem_id="df-attempt")
        approve = gr.Button(
            "Approve and run",
            visible=False,
            size="md",
            variant="primary",
            min_width=140,
            scale=2,
            elem_id="df-approve",
        )
    return PlanSide(question, view, approve, reject, attempt, options)


def _editing() -> Editing:
    import gradio as gr

    with gr.Accordion("Change the plan by hand", open=False, visible=False, elem_id="df-editing") as panel:
        note = _view(Markup(""), "df-edit-note")
        with gr.Row():
            step = gr.Dropdown(label="Step", choices=[], min_width=180, elem_id="df-step")
            option = gr.Dropdown(label="Option", choices=[], min_width=160, elem_id="df-option")
            value = gr.Textbox(label="Value", min_width=140, max_lines=4, elem_id="df-option-value")
        explained = _view(Markup(""), "df-option-help")
        with gr.Row():
            put = gr.Button("Set option", size="sm", min_width=110, elem_id="df-set")
            default = gr.Button("Back to default", size="sm", min_width=110)
            up = gr.Button("Move step up", size="sm", min_width=110)
            down = gr.Button("Move step down", size="sm", min_width=110)
            remove = gr.Button("Remove step", size="sm", min_width=110, elem_id="df-remove")
            undo = gr.Button("Undo last change", size="sm", min_width=110, elem_id="df-undo")
    return Editing(panel, step, option, value, explained, put, default, up, down, remove, undo, note)


def _result() -> ResultSide:
    import gradio as gr

    links = _view(element("p", "There is no result yet.", cls="df-muted"), "df-result-head")
    rows = _view(Markup(""), "df-rows")
    with gr.Column(visible=False, elem_id="df-asking") as asking:
        with gr.Row():
            row = gr.Textbox(
                label="Why did a row go, stay or change? Name its line, such as 17, or file.jsonl:17",
                min_width=180,
                scale=4,
                max_lines=1,
                elem_id="df-row",
            )
            why = gr.Button("Why?", size="md", min_width=80, variant="primary", elem_id="df-why")
        with gr.Row(elem_id="df-hints"):
            hints = tuple(gr.Button(visible=False, size="sm", min_width=110) for _ in range(MOST_HINTS))
    story = _view(Markup(""), "df-story")
    return ResultSide(links, rows, asking, row, why, hints, story)

"""The web page: data, words, the plan to read and change, the run and its rows; served on this machine only."""

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from typing import Any
from urllib.parse import urlsplit

from ..agent.planners.choice import PlannerName, chosen_planner
from ..agent.state import Planner
from ..operators.core import InvalidInput
from ..operators.core.settings import Settings
from .web_actions import Actions
from .web_layout import TABS, TITLE, Page, lay_out
from .web_look import CSS, theme
from .web_sessions import Sessions

HOST, PORT = "127.0.0.1", 7860
LOCAL_NAMES = ("127.0.0.1", "localhost")
CACHE_S = 24 * 3600
FROM_TAB = "() => [location.hash.slice(1) || sessionStorage.getItem('dataflow-agent') || '']"
TO_TAB = """(token) => {
    sessionStorage.setItem('dataflow-agent', token);
    history.replaceState(null, '', '#' + token);
}"""
"""The address of a page names its conversation, so that it is found again in the browser's history; the part behind #
is never sent to the server, nor anywhere."""
TO_TOP = f"() => {{ document.getElementById('{TABS}').scrollIntoView({{ block: 'nearest' }}); }}"


@dataclass(frozen=True)
class Served:
    """A page that is being served.

    Args:
        url: where the page is.
        folder: where its data and its results lie.
        close: ends the server.
    """

    url: str
    folder: Path
    close: Callable[[], None]


def serve(settings: Settings | None = None, port: int = PORT, planner: PlannerName | Planner = "auto") -> None:
    """Serve the page until Ctrl-C.

    Raises:
        InvalidInput: the port is taken, or the planner cannot be used.
    """
    launch(settings, planner, port=port)


def launch(
    settings: Settings | None = None,
    planner: PlannerName | Planner = "auto",
    *,
    host: str = HOST,
    port: int = PORT,
    open_browser: bool = False,
    prevent_thread_lock: bool = False,
) -> Served:
    """Serve the page on this machine.

    Args:
        settings: home folder, endpoint, resources; read from the environment when not given.
        planner: makes the plans.
        host: a name of this machine; the page has no log-in, so no other machine may reach it.
        port: 0 for any that is free.
        open_browser: open the page in the browser.
        prevent_thread_lock: return at once; otherwise only after Ctrl-C.

    Raises:
        InvalidInput: the host is another one, the port is taken, or the planner cannot be used.
    """
    chosen = settings or Settings()
    if host not in LOCAL_NAMES:
        message = f"the page is served to this machine only, not on {host}; to reach it from elsewhere use `ssh -L`"
        raise InvalidInput.of("not_local", message, got=host, allowed=[*LOCAL_NAMES])
    chosen_planner(planner, chosen)
    sessions = Sessions(chosen, planner)
    _prepare_environment(sessions)
    place = (host, _free_port(host, port))
    blocks, url = _in_a_loop(lambda: _start(sessions, about(chosen, planner), place, open_browser=open_browser))
    served = Served(url, sessions.folder, lambda: blocks.close(verbose=False))
    if not prevent_thread_lock:
        _wait(served)
    return served


def build(sessions: Sessions, said: str) -> Any:
    """The page over some conversations, as `gr.Blocks`.

    Args:
        said: the line under the title.
    """
    import gradio as gr

    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(CACHE_S, CACHE_S)) as blocks:
        page = lay_out(said)
        _wire(blocks, page, Actions(page, sessions))
    return blocks


def about(settings: Settings, planner: PlannerName | Planner) -> str:
    """Who plans, and what leaves this machine for that."""
    mine, _ = chosen_planner(planner, settings)
    if mine.name != "llm":
        return "Plans are made on this machine, by rules, without any network."
    seen = {"none": "your words only", "names": "your words and the names of columns"}
    told = seen.get(settings.share_samples, "your words, the names of columns and sample values")
    where = urlsplit(settings.llm_base_url or "").hostname or "its endpoint"
    return f"Plans are made by {settings.llm_model} at {where}, which sees {told}."


def _wire(blocks: Any, page: Page, do: Actions) -> None:
    """Bind every event to its action; all of them may show any piece anew."""
    shown = [*_pieces(page)]
    how: dict[str, Any] = {
        "outputs": shown,
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": None,
    }
    left, plan, edit, result = page.left, page.plan, page.editing, page.result
    one, act, keep = page.session, do.guarded, {"fn": None, "inputs": [page.token], "js": TO_TAB}
    blocks.load(act(do.attach), [page.token], js=FROM_TAB, **how).then(**keep)
    left.anew.click(act(do.start_over), [one], **how).then(**keep)
    left.files.upload(act(do.add_files), [one, left.files], **how)
    plan.approve.click(None, js=TO_TOP)
    pairs: list[tuple[Any, Callable[..., Any], list[Any]]] = [
        (left.words.submit, do.say, [left.words]),
        (left.send.click, do.say, [left.words]),
        (plan.approve.click, do.approve, []),
        (plan.reject.click, do.reject, []),
        (plan.attempt.click, do.attempt, []),
        (page.stop.click, do.stop, []),
        *((option.click, do.say, [option]) for option in plan.options),
        (edit.step.input, do.choose_step, [edit.step]),
        (edit.option.input, do.choose_option, [edit.step, edit.option]),
        (edit.set.click, do.set_option, [edit.step, edit.option, edit.value]),
        (edit.value.submit, do.set_option, [edit.step, edit.option, edit.value]),
        (edit.default.click, do.set_default, [edit.step, edit.option]),
        (edit.remove.click, do.remove, [edit.step]),
        (edit.up.click, do.move_up, [edit.step]),
        (edit.down.click, do.move_down, [edit.step]),
        (edit.undo.click, do.undo, []),
        (result.why.click, do.why, [result.row]),
        (result.row.submit, do.why, [result.row]),
        *((hint.click, do.why_hint, [hint]) for hint in result.hints),
    ]
    for event, action, given in pairs:
        event(act(action), [one, *given], **how)


def _pieces(page: object) -> Any:
    """All pieces of a page, whatever they are grouped in."""
    for piece in vars(page).values():
        if isinstance(piece, tuple):
            yield from piece
        elif hasattr(piece, "__dataclass_fields__"):
            yield from _pieces(piece)
        else:
            yield piece


def _in_a_loop(make: Callable[[], tuple[Any, str]]) -> tuple[Any, str]:
    """Call with an event loop running: where there is none, gradio makes several of its own and leaves them open."""

    async def call() -> tuple[Any, str]:
        return make()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(call())
    return make()


def _start(sessions: Sessions, said: str, place: tuple[str, int], *, open_browser: bool) -> tuple[Any, str]:
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    # Without it a foreign page could give this machine's address a name of its own, and read what is here.
    names = Middleware(TrustedHostMiddleware, allowed_hosts=[*LOCAL_NAMES])
    blocks, (host, port) = build(sessions, said), place
    _, url, _ = blocks.launch(
        server_name=host,
        server_port=port,
        inbrowser=open_browser,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        allowed_paths=[str(sessions.folder)],
        app_kwargs={"middleware": [names]},
        theme=theme(),
        css=CSS,
    )
    return blocks, str(url)


def _prepare_environment(sessions: Sessions) -> None:
    """Tell gradio, which listens to nothing else, to send nothing out and to keep uploads in a private folder."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = str(sessions.incoming)


def _free_port(host: str, wanted: int) -> int:
    """The port itself, once it is sure that it is free; any free one for 0.

    Raises:
        InvalidInput: it is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError as error:
            message = f"the page cannot be served on {host}:{wanted} ({error.strerror}); name another port"
            raise InvalidInput.of("port_taken", message, got=wanted) from None
        port: int = probe.getsockname()[1]
        return port


def _wait(served: Served) -> None:
    from .delivery import console

    console(stderr=True).print(f"The page is at {served.url} (Ctrl-C ends it)", soft_wrap=True)
    try:
        Flag().wait()
    except KeyboardInterrupt:
        served.close()

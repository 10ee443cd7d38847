"""The server of the page: what it serves, to whom, and how it says that it cannot."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.ui.web import Served, launch

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the server tells gradio through the environment ends with the test."""
    for name in ("GRADIO_TEMP_DIR", "GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    page = launch(Settings(home=tmp_path / "home"), "offline", port=0, prevent_thread_lock=True)
    yield page
    page.close()


def test_only_names_of_this_machine_are_answered(served: Served) -> None:
    assert _status(served.url) == 200
    assert _status(served.url, host="localhost") == 200
    assert _status(served.url, host="evil.example") == 400


def test_only_files_of_conversations_are_served(served: Served, tmp_path: Path) -> None:
    shared, secret, outside = served.folder / "rows.jsonl", served.folder.parent / "secret", tmp_path / "outside"
    for path in (shared, secret, outside):
        path.write_text("{}\n")
    assert _status(f"{served.url}gradio_api/file={shared}") == 200
    for path in (secret, outside, Path("/etc/hostname"), served.folder / ".." / secret.name):
        assert _status(f"{served.url}gradio_api/file={path}") == 403


def test_no_other_machine_can_be_let_in(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="this machine only"):
        launch(Settings(home=tmp_path), "offline", host="0.0.0.0", prevent_thread_lock=True)


def test_a_taken_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InvalidInput, match=r"in use.*name another port"):
            launch(Settings(home=tmp_path), "offline", port=taken.getsockname()[1], prevent_thread_lock=True)


def _status(url: str, host: str = "") -> int:
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code

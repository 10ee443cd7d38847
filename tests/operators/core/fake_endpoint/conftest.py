"""Asks a fake endpoint over HTTP as any client would."""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from dataflow_agent.operators.core.testing_endpoint import (
    Behaviour,
    Body,
    FakeEndpoint,
)
from pydantic import BaseModel, Field

CHAT, EMBEDDINGS, MODELS = "/v1/chat/completions", "/v1/embeddings", "/v1/models"


class Judged(BaseModel):
    good: bool
    stars: int = Field(ge=1, le=5)
    grade: Literal["A", "B", "C"]
    why: str


SCHEMA = {"type": "json_schema", "json_schema": {"name": "judged", "schema": Judged.model_json_schema()}}
TOLD = json.dumps(Judged.model_json_schema())
TOOL = {"type": "function", "function": {"name": "judge", "parameters": Judged.model_json_schema()}}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.content)

    @property
    def choice(self) -> Any:
        return self.document["choices"][0]

    @property
    def text(self) -> str:
        return str(self.choice["message"]["content"])


def port_of(base_url: str) -> int:
    return int(base_url.split(":")[2].removesuffix("/v1"))


def send(
    endpoint: FakeEndpoint | str, body: Body | bytes, path: str = CHAT, method: str = "POST", **headers: str
) -> Answer:
    base_url = endpoint if isinstance(endpoint, str) else endpoint.base_url
    connection = http.client.HTTPConnection("127.0.0.1", port_of(base_url), timeout=10)
    try:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, content, headers)
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers.items()), response.read())
    finally:
        connection.close()


def chat(said: str = "how are you today my dear old friend", **more: Any) -> Body:
    return {"model": "m", "messages": [{"role": "user", "content": said}], **more}


def embed(given: Any, **more: Any) -> Body:
    return {"model": "m", "input": given, **more}


def one_answer(behaviour: Behaviour, body: Body | None = None) -> Answer:
    with FakeEndpoint(behaviour=behaviour) as endpoint:
        return send(endpoint, body or chat())


def error_of(answer: Answer) -> dict[str, Any]:
    return dict(answer.document["error"])


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)

"""Doors to fake endpoints, patient for milliseconds only."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dataflow_agent.operators.core.serving import Endpoint, ModelDoor

MakeDoor = Callable[..., ModelDoor]


@pytest.fixture
def door_to() -> Iterator[MakeDoor]:
    """Makes doors that are closed at the end."""
    doors: list[ModelDoor] = []

    def make(base_url: str, *, endpoint: dict[str, Any] | None = None, **more: Any) -> ModelDoor:
        given = {"model": "fake", "backoff_s": 0.01, "timeout_s": 5.0, "tries": 4, **(endpoint or {})}
        doors.append(ModelDoor(Endpoint(base_url, **given), **more))
        return doors[-1]

    yield make
    for door in doors:
        door.close()

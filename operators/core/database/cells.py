"""Carries the values of a database over a border of JSON, and back as they were."""

import base64
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

_SMALL: Final = 2**63
_DELTA: Final = "timedelta"


def packed(value: Any) -> Any:
    """A value as JSON can hold it: None, Booleans, texts, 64-bit integers and finite floats as they are, others as
    `{kind: text}`; what has no kind here becomes its text.

    >>> packed(1.5), packed(2**70), packed(b"a")
    (1.5, {'int': '1180591620717411303424'}, {'bytes': 'YQ=='})
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int):
        return value if -_SMALL <= value < _SMALL else {"int": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    return _packed_rarely(value)


def unpacked(value: Any) -> Any:
    """What `packed` packed."""
    if not isinstance(value, dict):
        return value
    ((kind, said),) = value.items()
    return _UNPACK[kind](said)


def size_of(value: Any) -> int:
    """About how many bytes a value takes."""
    if isinstance(value, str | bytes | bytearray | memoryview):
        return len(value) + 50
    if isinstance(value, list | tuple):
        return 60 + sum(map(size_of, value))
    if isinstance(value, Mapping):
        return 60 + sum(size_of(key) + size_of(one) for key, one in value.items())
    return 40


def _packed_rarely(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, timedelta):
        return {_DELTA: [value.days, value.seconds, value.microseconds]}
    if isinstance(value, list | tuple):
        return {"list": [packed(one) for one in value]}
    if isinstance(value, Mapping):
        return {"dict": [[packed(key), packed(one)] for key, one in value.items()]}
    for kind, cls in _WRITTEN.items():
        if isinstance(value, cls):
            return {kind: value.isoformat() if hasattr(value, "isoformat") else str(value)}
    return packed(str(value))


_WRITTEN: Mapping[str, type] = MappingProxyType(
    {"decimal": Decimal, "datetime": datetime, "date": date, "time": time, "uuid": UUID}
)
_UNPACK: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "int": int,
        "float": float,
        "bytes": base64.b64decode,
        "decimal": Decimal,
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "time": time.fromisoformat,
        "uuid": UUID,
        _DELTA: lambda parts: timedelta(*parts),
        "list": lambda parts: [unpacked(one) for one in parts],
        "dict": lambda pairs: {_hashable(unpacked(key)): unpacked(one) for key, one in pairs},
    }
)


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value

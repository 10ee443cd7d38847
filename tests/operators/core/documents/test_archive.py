"""A packed document gives no more than it may, whatever it says of itself."""

import struct
import zipfile
from io import BytesIO

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents import Limits
from dataflow_agent.operators.core.documents.archive import LARGE, MOST_MEMBERS, unpacked

LIMITS = Limits(max_bytes=2**20, max_expanded_bytes=100_000, max_pages=10)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def reason_of(data: bytes, name: str = "a") -> str:
    with pytest.raises(RowError) as raised, unpacked(data, LIMITS) as packed:
        packed.read(name)
    return raised.value.reason


def test_members_are_read() -> None:
    with unpacked(zipped({"a": b"x" * 100_000}), LIMITS) as packed:
        assert packed.read("a") == b"x" * 100_000


def test_more_than_may_be_unpacked_is_refused() -> None:
    assert reason_of(zipped({"a": b"x" * 100_001})) == "too_large"


def test_all_members_count_together() -> None:
    data = zipped({"a": b"x" * 60_000})
    with unpacked(data, LIMITS) as packed:
        packed.read("a")
        with pytest.raises(RowError, match="too_large"):
            packed.read("a")


def test_a_size_that_is_understated_frees_no_more_than_it_says() -> None:
    true_size, said = struct.pack("<I", 50_000_000), struct.pack("<I", 10)
    data = zipped({"a": bytes(50_000_000)}).replace(true_size, said)
    assert reason_of(data) == "unreadable_document"


def test_a_large_member_may_not_be_packed_too_well() -> None:
    wide = Limits(max_bytes=2**30, max_expanded_bytes=2**30, max_pages=10)
    with unpacked(zipped({"a": bytes(LARGE)}), wide) as packed:
        assert len(packed.read("a")) == LARGE
    with pytest.raises(RowError, match="too_large"), unpacked(zipped({"a": bytes(LARGE + 1)}), wide):
        pass


def test_too_many_members_are_refused() -> None:
    data = zipped({f"{n}": b"" for n in range(MOST_MEMBERS + 1)})
    assert reason_of(data, "0") == "too_large"


def test_damage_is_named() -> None:
    whole = zipped({"a": bytes(range(256)) * 100})
    garbled = bytearray(whole)
    garbled[40:60] = bytes(20)
    assert reason_of(whole[: len(whole) // 2]) == "unreadable_document"
    assert reason_of(bytes(garbled)) == "unreadable_document"
    assert reason_of(b"no packed file") == "unreadable_document"


def test_a_member_with_a_password_is_encrypted() -> None:
    data = bytearray(zipped({"a": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert reason_of(bytes(data)) == "encrypted"


@pytest.mark.parametrize("name", ["missing", "../../etc/passwd", "/etc/passwd"])
def test_a_name_leads_to_a_member_or_nowhere(name: str) -> None:
    assert reason_of(zipped({"a": b"x"}), name) == "unreadable_document"

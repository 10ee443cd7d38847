"""pii_count_score: as many as mask_pii masks, by kind and for the length of the text."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.score.pii_count_score import PiiCountScore
from dataflow_agent.operators.text._personal_data import KINDS
from dataflow_agent.operators.text.mask_pii import MaskPii
from hypothesis import given
from hypothesis import strategies as st

MIXED = "jo@x.org, +49 30 1234567, 1.2.3.4, 4111111111111111 12/27"
PIECES = ["jo@x.org", "+49 30 1234567", "1.2.3.4", "4111111111111111", "2026-11-22", "1.2.3", "a", " ", "\n", "@", "1"]


def counted(text: Any, **options: Any) -> dict[str, Any]:
    row = apply_rows(PiiCountScore(**options), [{"text": text}, {"text": "so that the column is text"}])[0]
    return {name: value for name, value in row.items() if name != "text"}


def test_all_kinds_are_counted_together() -> None:
    assert counted(MIXED) == {"pii_count": 4}
    assert counted("jo@x.org,ann@x.org") == {"pii_count": 2}
    assert counted("Released on 2026-11-22 as version 1.2.3.") == {"pii_count": 0}


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_kinds_asked_for_are_counted(kind: str) -> None:
    assert counted(MIXED, kinds=[kind]) == {"pii_count": 1}


def test_each_kind_has_its_column_where_asked() -> None:
    found = counted(MIXED + " ann@x.org", by_kind=True, output="n")
    assert found == {"n": 5, "n_email": 2, "n_phone": 1, "n_ip": 1, "n_card": 1}
    with pytest.raises(ValueError, match="at least one kind to count"):
        PiiCountScore(kinds=())


def test_the_share_is_for_1000_characters() -> None:
    # The reference counts without regard to length.
    text = "jo@x.org".ljust(500, ".")
    assert counted(text, per_thousand=True) == {"pii_count": 1, "pii_count_per_1000": 2.0}
    assert counted("ö" * 999 + " ", per_thousand=True)["pii_count_per_1000"] == 0.0
    assert counted("", per_thousand=True) == {"pii_count": 0, "pii_count_per_1000": 0.0}


@pytest.mark.parametrize("value", [None, 5, float("nan"), ["jo@x.org"], {"mail": "jo@x.org"}, True])
def test_what_is_no_text_has_null_and_falls_under_on_null(value: Any) -> None:
    assert set(counted(value, by_kind=True, per_thousand=True).values()) == {None}
    outcome = apply_outcome(PiiCountScore(on_null="drop"), batch_of([{"text": value}, {"text": MIXED}]))
    assert outcome.records is not None
    assert outcome.records["fate"].to_list() == ["dropped", "kept"]


@given(st.lists(st.sampled_from(PIECES)))
def test_it_counts_what_mask_pii_masks(pieces: list[str]) -> None:
    text = "".join(pieces)
    masked = MaskPii().refine(text)
    assert counted(text, by_kind=True) == {
        "pii_count": masked.count("["),
        **{f"pii_count_{kind}": masked.count(f"[{kind.upper()}]") for kind in KINDS},
    }


@given(st.lists(st.none() | st.sampled_from([MIXED, "", "nothing", "jo@x.org"]), min_size=1), st.integers(1, 4))
def test_a_row_counts_the_same_in_any_batch(texts: list[str | None], size: int) -> None:
    batch = batch_of([{"text": text} for text in [*texts, "a text"]])
    operator = PiiCountScore(per_thousand=True, by_kind=True)
    whole = operator.apply(batch, None).rows.rows()
    parts = [operator.apply(batch.slice(n, size), None).rows.rows() for n in range(0, len(batch), size)]
    assert [row for part in parts for row in part] == whole

"""The funnel in a terminal: it fits, lines stand between what is kept and what is not, and ASCII is enough for it."""

import io

import pytest
from dataflow_agent.pipelines.funnel_model import Funnel, FunnelStep, MetricHistogram
from dataflow_agent.pipelines.histogram import Histogram
from dataflow_agent.pipelines.limits import Limit
from dataflow_agent.ui.show_funnel import MOST_BIN_COLUMNS, PLOT_LINES, Bar, Plot, funnel_view
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

WIDE = MOST_BIN_COLUMNS


def seen(*parts: RenderableType, width: int = 80, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding=encoding, newline=""), width=width, highlight=False)
    console.print(*parts, crop=False)
    console.file.flush()
    return raw.getvalue().decode(encoding)


def metric(*limits: Limit, counts: tuple[int, ...] = (4, 2, 6, 0, 1), step: float = 10) -> MetricHistogram:
    edges = tuple(step * at for at in range(len(counts) + 1))
    return MetricHistogram(
        metric="words",
        rule="as the limits say",
        limits=limits,
        histogram=Histogram(edges=edges, counts=counts, missing=3),
        smallest=edges[0],
        largest=edges[-1],
        outside=0,
        outside_counts=(0,) * len(counts),
    )


def limit(side: str, at: float) -> Limit:
    return Limit.model_validate({"side": side, "value": at, "at": at})


def step(name: str, rows_in: int, rows_out: int, share: float | None, *metrics: MetricHistogram) -> FunnelStep:
    return FunnelStep(
        id=name, operator=name, rows_in=rows_in, rows_out=rows_out, share=share, reasons={}, metrics=metrics
    )


FUNNEL = Funnel(rows_in=200, steps=(step("half", 200, 100, 0.5), step("all_gone", 100, 0, 0.0)))


def test_the_bars_are_as_long_as_the_shares_of_what_was_read() -> None:
    lines = seen(*funnel_view(FUNNEL)).splitlines()[1:4]
    assert [line.count("█") for line in lines] == [32, 16, 0]
    assert [line.split()[:2] + line.split()[-2:] for line in lines] == [
        ["read", "200", "█" * 32, "100%"],
        ["half", "100", "50.0%", "-100"],
        ["all_gone", "0", "0%", "-100"],
    ]


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_bar_of_some_rows_is_seen_and_never_longer_than_that_of_the_most(count: int, more: int) -> None:
    for encoding in ("utf-8", "ascii"):
        bar = seen(Bar(count, count + more), encoding=encoding).rstrip("\n")
        assert 1 <= len(bar.strip()) <= 32


def test_a_step_that_makes_rows_lengthens_the_scale() -> None:
    lines = seen(*funnel_view(Funnel(rows_in=10, steps=(step("split", 10, 40, 4.0),)))).splitlines()
    assert [line.count("█") for line in lines[1:3]] == [8, 32]
    assert lines[2].endswith("400.0% +30")


def test_what_is_not_known_is_said() -> None:
    gap = FunnelStep(id="gap", operator="gap", rows_in=0, rows_out=0, share=None, reasons={}, unknown=1234)
    told = seen(*funnel_view(Funnel(rows_in=5, steps=(gap,))), width=200)
    assert "Of 1,234 rows that came to gap nothing is known: what was done to them was cleaned away" in told


def test_a_run_without_steps_has_nothing_to_show() -> None:
    assert funnel_view(Funnel(rows_in=5, steps=())) == []


def test_the_line_of_a_limit_stands_between_the_bins_it_parts() -> None:
    plot = seen(Plot(metric(limit("low", 20), limit("high", 40)))).splitlines()
    assert [line.index("│") for line in plot[:PLOT_LINES]] == [2 * WIDE] * PLOT_LINES
    assert [line.rindex("│") for line in plot[:PLOT_LINES]] == [4 * WIDE + 1] * PLOT_LINES
    axis = plot[PLOT_LINES]
    assert axis.split() == ["0", "20", "40", "50"]
    assert abs(axis.index("20") - 2 * WIDE) <= 1
    assert abs(axis.index("40") - 4 * WIDE - 1) <= 1


def test_the_tallest_bin_fills_the_plot_and_an_empty_one_is_blank() -> None:
    plot = [line.ljust(5 * WIDE) for line in seen(Plot(metric())).splitlines()[:PLOT_LINES]]
    assert [line[2 * WIDE : 3 * WIDE] for line in plot] == ["█" * WIDE] * PLOT_LINES
    assert [line[3 * WIDE : 4 * WIDE] for line in plot] == [" " * WIDE] * PLOT_LINES
    assert plot[-1][4 * WIDE :] == "▄" * WIDE


def test_a_limit_out_of_view_is_named_at_the_side_where_it_is() -> None:
    axis = seen(Plot(metric(limit("low", -5), limit("high", 5000), counts=(1,) * 20))).splitlines()[-1]
    assert axis.split() == ["←", "limit", "-5", "0", "200", "limit", "5,000", "→"]


def test_values_beyond_the_edges_are_hinted_at() -> None:
    wide = metric(counts=(1,) * 20).model_copy(update={"smallest": -7.0, "largest": 9000.0})
    assert seen(Plot(wide)).splitlines()[-1].split() == ["<0", "200+"]


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=60),
    st.lists(st.floats(-100, 700), max_size=2),
    st.integers(30, 120),
)
def test_every_plot_fits_and_marks_each_limit_in_view(counts: list[int], limits: list[float], width: int) -> None:
    sides = [limit(side, at) for side, at in zip(("low", "high"), sorted(limits), strict=False)]
    made = metric(*sides, counts=tuple(counts))
    lines = seen(Plot(made), width=width).splitlines()
    assert all(len(line) <= width for line in lines)
    in_view = sum(0 <= one.at <= made.histogram.edges[-1] for one in sides)
    assert [line.count("│") for line in lines[:PLOT_LINES]] == [in_view] * PLOT_LINES


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_terminal_without_unicode_sees_the_same_in_ascii(width: int) -> None:
    judged = step("words", 200, 100, 0.5, metric(limit("low", 20), limit("high", 900)))
    view = funnel_view(Funnel(rows_in=200, steps=(judged,)))
    plain, rich = (seen(*view, width=width, encoding=encoding) for encoding in ("ascii", "utf-8"))
    assert plain.isascii()
    assert plain.count("|") == rich.count("│") == PLOT_LINES
    assert plain.count("\n") == rich.count("\n")
    assert "limit 900 ->" in plain


def test_a_histogram_is_told_in_words_too() -> None:
    judged = step("word_filter", 200, 100, 0.5, metric(limit("low", 20)))
    told = seen(*funnel_view(Funnel(rows_in=200, steps=(judged,))), width=200)
    assert "word_filter, words: kept is as the limits say; 0 of 13 outside (0%), 3 not measured" in told

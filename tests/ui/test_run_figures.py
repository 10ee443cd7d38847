"""The figures of a run as markup: what a reader who sees no picture is told, and what stands beside it."""

import re

from dataflow_agent.pipelines.funnel_model import Funnel, FunnelStep, MetricHistogram
from dataflow_agent.pipelines.histogram import Histogram
from dataflow_agent.pipelines.limits import Limit
from dataflow_agent.pipelines.report import Report, StepReport
from dataflow_agent.ui.run_figures import funnel_figure, histogram_figure, histograms_figure
from dataflow_agent.ui.run_page import RunFacts, run_page
from dataflow_agent.ui.web_run import report_view

METRIC = MetricHistogram(
    metric="probability",
    rule="at least 0.5",
    limits=(Limit(side="low", value=0.5, at=0.5),),
    histogram=Histogram(edges=(0.25, 0.5, 0.75, 1), counts=(2, 1, 5), missing=1),
    smallest=0.1,
    largest=0.9,
    outside=2,
    outside_counts=(2, 0, 0),
)
STEP = FunnelStep(
    id="language_filter",
    operator="language_filter",
    rows_in=9,
    rows_out=6,
    share=0.6,
    reasons={f"reason_{n}": n for n in range(1, 8)},
    metrics=(METRIC,),
)
FUNNEL = Funnel(rows_in=10, steps=(STEP,))


def words(markup: object) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", str(markup)).split())


def test_the_funnel_is_a_list_that_says_all_without_its_bars() -> None:
    told = words(funnel_figure(FUNNEL))
    assert told.startswith("read 10 100% language_filter 6 60.0% -3 reason_7 7, reason_6 6,")
    assert told.endswith("and 2 more")


def test_rows_of_which_nothing_is_known_are_told_below_the_funnel() -> None:
    gap = STEP.model_copy(update={"unknown": 4, "share": None})
    told = words(funnel_figure(Funnel(rows_in=10, steps=(gap,))))
    assert "Of 4 rows that came to language_filter nothing is known" in told
    assert "60.0%" not in told


def test_a_histogram_says_in_words_what_it_shows() -> None:
    figure = str(histogram_figure(STEP, METRIC))
    said = "kept is at least 0.5; 2 of 8 outside (25.0%), 1 not measured"
    assert f'role="img" aria-label="language_filter, probability: {said}. rows: 62.5% are 0.75 to 1"' in figure
    assert f"language_filter, probability {said}" in words(figure)
    assert "<title>0.25 to 0.5: 2, 2 outside</title>" in figure
    assert words(figure).endswith("&lt;0.25 0.5 0.75 1")


def test_a_limit_beyond_the_axis_is_named_at_its_end_and_has_no_line() -> None:
    far = METRIC.model_copy(update={"limits": (Limit(side="high", value=5000, at=5000),)})
    figure = str(histogram_figure(STEP, far))
    assert 'class="df-limit"' not in figure
    assert "limit 5,000 →" in figure


def test_nothing_is_drawn_where_there_is_nothing() -> None:
    assert not funnel_figure(Funnel(rows_in=3, steps=()))
    assert not histograms_figure(Funnel(rows_in=3, steps=(STEP.model_copy(update={"metrics": ()}),)))


def report_of(step: StepReport) -> Report:
    return Report(
        id="r-1",
        status="completed",
        workflow="w",
        inputs=("a.jsonl",),
        rows_in=10,
        rows_out=6,
        rejects=0,
        steps=(step,),
        output="/out.jsonl",
        output_sha256=None,
    )


def test_the_report_in_the_web_page_shows_the_funnel_and_the_histograms() -> None:
    report = report_of(StepReport(id="language_filter", operator="language_filter", rows_in=9, rows_out=6, reused=9))
    shown = str(report_view(report, (), (), FUNNEL))
    assert str(funnel_figure(FUNNEL)) in shown
    assert str(histogram_figure(STEP, METRIC)) in shown
    assert "Reused from earlier runs: 1 of 1 steps" in shown


def test_a_report_tells_what_was_asked_of_a_model_and_the_facts_that_were_found() -> None:
    usage = {"usage": {"calls": 12, "prompt_tokens": 345, "cost": 0.5}, "facts": {"kinds": ["<b>"]}}
    step = StepReport.model_validate({"id": "language_filter", "operator": "language_filter", **usage})
    report = report_of(step)
    for page in (str(report_view(report, (), (), FUNNEL)), run_page(RunFacts(report, FUNNEL, "then"))):
        asked = page.partition("Asked of the model by this run")[2]
        assert re.findall(r"data-label=\"Calls\">(.*?)</td>", asked) == ["12"]
        assert re.findall(r"data-label=\"Cost\">(.*?)</td>", asked) == ["0.5"]
        assert "language_filter: kinds = [&quot;&lt;b&gt;&quot;]" in page

"""Histograms as markup: what is drawn, how high, what is marked, and what a reader without eyes is told."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import pairwise

import pytest
from dataflow_agent.pipelines.histogram import Histogram
from dataflow_agent.pipelines.limits import Limit
from dataflow_agent.ui.plots import Layer, Marks, bin_labels, histogram_plot, plot_key
from hypothesis import given
from hypothesis import strategies as st

EDGES = (0.0, 10.0, 20.0, 30.0)
NAMES = {1: ("texts",), 2: ("before", "after")}


def drawn(
    *counts: Sequence[int], title: str = "Words", outside: Sequence[int] = (), marks: Marks | None = None
) -> ET.Element:
    layers = [
        Layer(name, Histogram(edges=EDGES[: len(one) + 1], counts=tuple(one)), outside)
        for name, one in zip(NAMES[len(counts)], counts, strict=True)
    ]
    return ET.fromstring(str(histogram_plot(title, layers, marks)))


def of_class(plot: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in plot.iter() if name in one.get("class", "").split()]


def heights(plot: ET.Element, name: str) -> list[float]:
    return [float(bar.attrib["height"]) for bar in of_class(plot, name)]


def told(plot: ET.Element, name: str) -> list[str]:
    return ["".join(one.itertext()) for found in of_class(plot, name) for one in found]


def place(label: ET.Element) -> float:
    found = re.match(r"left:([\d.]+)%", label.attrib["style"])
    assert found is not None
    return float(found[1])


def limit(value: float, side: str = "high", at: float | None = None) -> Limit:
    return Limit.model_validate({"side": side, "value": value, "at": value if at is None else at})


def test_a_bar_is_as_high_as_its_count_says() -> None:
    tall, low, middle = heights(drawn((80, 20, 40)), "df-kept")
    assert tall == 100
    assert (low / tall, middle / tall) == pytest.approx((0.25, 0.5), abs=0.01)


def test_a_bin_with_little_in_it_is_seen_and_an_empty_one_is_not() -> None:
    found = heights(drawn((1_000_000, 1, 0)), "df-kept")
    assert len(found) == 2
    assert found[1] >= 1


def test_bins_stand_side_by_side_from_the_first_edge_to_the_last() -> None:
    plot = drawn((1, 2, 3))
    hits = of_class(plot, "df-hit")
    ends = [(float(hit.attrib["x"]), float(hit.attrib["x"]) + float(hit.attrib["width"])) for hit in hits]
    assert all(left[1] == right[0] for left, right in pairwise(ends))
    (svg,) = plot.iter("svg")
    assert svg.attrib["viewBox"] == f"{ends[0][0]:g} 0 {ends[-1][1]:g} 100"


def test_what_of_a_bin_lies_outside_stands_below_what_is_kept_in_a_colour_of_its_own() -> None:
    plot = drawn((80, 40, 40), outside=(20, 0, 40))
    (part, whole), (above, kept) = of_class(plot, "df-out"), of_class(plot, "df-kept")
    assert (float(part.attrib["height"]), float(above.attrib["height"])) == (25, 75)
    assert float(above.attrib["y"]) + float(above.attrib["height"]) == float(part.attrib["y"])
    assert float(whole.attrib["height"]) == float(kept.attrib["height"]) == 50


def test_the_plot_has_a_name_that_says_where_most_lie() -> None:
    (svg,) = drawn((1, 9, 0)).iter("svg")
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-label"] == "Words. texts: 90.0% are 10 to 20"


def test_no_text_is_in_what_is_stretched_but_what_a_mouse_finds() -> None:
    (svg,) = drawn((1, 9, 0), marks=Marks(limits=[limit(10)])).iter("svg")
    assert not [one for one in svg.iter() if one.tag == "text"]
    assert {one.tag for one in svg.iter() if one.text} == {"title"}


def test_each_bin_tells_its_numbers() -> None:
    tips = [tip.text for tip in drawn((1, 9), outside=(1, 0)).iter("title")]
    assert tips == ["0 to 10: 1, 1 outside", "10 to 20: 9"]
    tips = [tip.text for tip in drawn((1, 1), (30, 10)).iter("title")]
    assert tips == ["0 to 10: before 50.0% (1), after 75.0% (30)", "10 to 20: before 50.0% (1), after 25.0% (10)"]


def test_two_of_different_sizes_are_drawn_as_shares_the_first_as_an_outline() -> None:
    plot = drawn((500, 500), (3, 1))
    assert heights(plot, "df-kept") == [100, pytest.approx(100 / 3, rel=0.02)]
    (outline,) = of_class(plot, "df-before")
    # It stands at a half, where the higher bar stands at three quarters.
    levels = [float(level) for level in re.findall(r"V([\d.]+) H", outline.attrib["d"])]
    assert levels == [pytest.approx(100 - 100 * 2 / 3, abs=0.1)] * 2
    assert told(plot, "df-heights") == ["75%", "37.5%", "0%"]


def test_the_heights_are_told_at_the_top_the_half_and_the_floor() -> None:
    assert told(drawn((80, 20, 40)), "df-heights") == ["80", "40", "0"]
    assert told(drawn((3, 1, 0)), "df-heights") == ["3", "", "0"]


def test_a_limit_is_drawn_and_labelled_where_it_parts_the_values() -> None:
    plot = drawn((1, 1, 1), marks=Marks(limits=[limit(14, at=15)]))
    (line,) = of_class(plot, "df-limit")
    assert float(line.attrib["x1"]) == float(line.attrib["x2"]) == 1.5
    assert told(plot, "df-limits") == ["14"]
    assert [place(label) for label in of_class(plot, "df-limits")[0]] == [50]


def test_a_limit_beyond_the_axis_is_named_at_its_side_and_has_no_line() -> None:
    plot = drawn((1, 1, 1), marks=Marks(limits=[limit(-5, "low"), limit(5000)]))
    assert not of_class(plot, "df-limit")
    assert told(plot, "df-far") == ["← limit -5", "limit 5,000 →"]


def test_limits_are_told_in_the_unit_of_the_values() -> None:
    plot = drawn((1, 1, 1), marks=Marks("share", [limit(0.285)]))
    assert told(plot, "df-limits") == ["28.5%"]


@pytest.mark.parametrize(("values", "rows"), [((10, 25), "df-limits"), ((10, 12), "df-limits df-two")])
def test_labels_of_limits_that_are_close_have_two_rows(values: tuple[float, float], rows: str) -> None:
    (labels,) = of_class(drawn((1, 1, 1), marks=Marks(limits=[limit(value) for value in values])), "df-limits")
    assert labels.attrib["class"] == rows


def test_the_axis_tells_some_edges_and_hints_at_values_beyond_the_last() -> None:
    assert told(drawn((1, 1, 1)), "df-ticks") == ["0", "10", "20", "30"]
    assert told(drawn((1, 1, 1), marks=Marks(smallest=-3, largest=99)), "df-ticks") == ["<0", "10", "20", "30+"]


@given(st.integers(1, 60), st.sampled_from([0.0005, 0.01, 1.0, 20_000.0]))
def test_the_axis_is_told_by_few_labels_each_in_its_place(bins: int, width: float) -> None:
    edges = tuple(width * at for at in range(bins + 1))
    plot = ET.fromstring(str(histogram_plot("x", [Layer("texts", Histogram(edges=edges, counts=(1,) * bins))])))
    (ticks,) = of_class(plot, "df-ticks")
    places = [place(tick) for tick in ticks]
    assert (places[0], places[-1]) == (0, 100)
    assert len(places) <= 5
    assert all(right - left >= 16 for left, right in pairwise(places))


def test_edges_that_lie_close_are_told_apart() -> None:
    assert bin_labels((1000.5, 1000.51, 1000.52)) == ["1000.5 to 1000.51", "1000.51 to 1000.52"]


def test_without_values_it_says_so() -> None:
    plot = drawn((0, 0))
    assert "no values" in "".join(plot.itertext())
    assert plot.attrib["aria-label"] == "Words: no values"
    assert not of_class(plot, "df-kept")


def test_layers_must_have_the_same_edges() -> None:
    one, other = Histogram(edges=(0, 1), counts=(1,)), Histogram(edges=(0, 2), counts=(1,))
    with pytest.raises(ValueError, match="same edges"):
        histogram_plot("x", [Layer("a", one), Layer("b", other)])
    with pytest.raises(ValueError, match="one histogram, or two"):
        histogram_plot("x", [])


def test_a_key_names_each_sign_beside_its_shape() -> None:
    key = ET.fromstring(str(plot_key({"before": "a <b>", "limit": "limit"})))
    assert ["".join(entry.itertext()) for entry in key] == ["a <b>", "limit"]
    assert [entry[0][0].attrib["class"] for entry in key] == ["df-before", "df-limit"]


@given(st.text(max_size=20), st.lists(st.tuples(st.integers(0, 10**9), st.floats(0, 1)), min_size=1, max_size=3))
def test_whatever_the_title_and_the_counts_it_is_well_formed_and_stays_inside(
    title: str, bins: list[tuple[int, float]]
) -> None:
    counts = [count for count, _ in bins]
    plot = drawn(counts, title=title, outside=[int(count * share) for count, share in bins])
    for bar in [*of_class(plot, "df-kept"), *of_class(plot, "df-out")]:
        assert float(bar.attrib["y"]) >= -0.01
        assert float(bar.attrib["y"]) + float(bar.attrib["height"]) <= 100.01
    assert not plot.findall(".//script")

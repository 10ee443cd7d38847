"""Histograms as SVG: what is drawn, how high, and what a reader without eyes is told."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from dataflow_agent.pipelines.histogram import Histogram
from dataflow_agent.ui.plots import Layer, histogram_svg
from hypothesis import given
from hypothesis import strategies as st

EDGES = (0.0, 10.0, 20.0, 30.0)


def drawn(*counts: tuple[int, ...], title: str = "Words", **options: object) -> ET.Element:
    names = ("before", "after") if len(counts) == 2 else ("texts",)
    layers = [
        Layer(name, Histogram(edges=EDGES[: len(one) + 1], counts=one)) for name, one in zip(names, counts, strict=True)
    ]
    return ET.fromstring(str(histogram_svg(title, layers, **options)))  # type: ignore[arg-type]


def of_class(svg: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in svg.iter() if one.get("class") == name]


def test_a_bar_is_as_high_as_its_count_says() -> None:
    heights = [float(bar.attrib["height"]) for bar in of_class(drawn((80, 20, 40)), "plot-bar")]
    assert heights[1] / heights[0] == pytest.approx(0.25, abs=0.01)
    assert heights[2] / heights[0] == pytest.approx(0.5, abs=0.01)


def test_a_bin_with_little_in_it_is_seen_and_an_empty_one_is_not() -> None:
    heights = [float(bar.attrib["height"]) for bar in of_class(drawn((1_000_000, 1, 0)), "plot-bar")]
    assert len(heights) == 2
    assert heights[1] >= 1


def test_bars_stand_side_by_side_from_the_first_edge_to_the_last() -> None:
    hits = of_class(drawn((1, 2, 3)), "plot-hit")
    ends = [(float(hit.attrib["x"]), float(hit.attrib["x"]) + float(hit.attrib["width"])) for hit in hits]
    assert all(left[1] == pytest.approx(right[0], abs=0.2) for left, right in pairwise(ends))


def test_the_plot_has_a_name_that_says_where_most_lie() -> None:
    svg = drawn((1, 9, 0))
    assert svg.attrib["role"] == "img"
    assert svg[0].tag == "title"
    assert svg[0].text == "Words: texts, 90.0% are 10 to 20"


def test_each_bin_tells_its_numbers() -> None:
    tips = [hit[0].text for hit in of_class(drawn((1, 9)), "plot-hit")]
    assert tips == ["0 to 10: 1", "10 to 20: 9"]
    tips = [hit[0].text for hit in of_class(drawn((1, 1), (30, 10)), "plot-hit")]
    assert tips == ["0 to 10: before 50.0% (1), after 75.0% (30)", "10 to 20: before 50.0% (1), after 25.0% (10)"]


def test_two_of_different_sizes_are_drawn_as_shares_the_first_as_a_line() -> None:
    svg = drawn((500, 500), (3, 1))
    (line,) = of_class(svg, "plot-line")
    bars = of_class(svg, "plot-bar")
    assert len(bars) == 2
    assert float(bars[0].attrib["height"]) == pytest.approx(3 * float(bars[1].attrib["height"]), rel=0.02)
    # The line stands at a half, where the higher bar stands at three quarters.
    top = float(bars[0].attrib["y"])
    floor = top + float(bars[0].attrib["height"])
    level = float(line.attrib["d"].split(" ")[3])
    assert (floor - level) / (floor - top) == pytest.approx(2 / 3, abs=0.01)


def test_a_limit_is_drawn_where_the_plot_reaches_it() -> None:
    svg = drawn((1, 1, 1), limits=(15.0, 400.0))
    (limit,) = of_class(svg, "plot-limit")
    hits = of_class(svg, "plot-hit")
    middle = float(hits[1].attrib["x"]) + float(hits[1].attrib["width"]) / 2
    assert float(limit.attrib["x1"]) == pytest.approx(middle, abs=0.2)


def test_without_values_it_says_so() -> None:
    svg = drawn((0, 0))
    assert "no values" in "".join(svg.itertext())
    assert not of_class(svg, "plot-bar")


def test_layers_must_have_the_same_edges() -> None:
    one, other = Histogram(edges=(0, 1), counts=(1,)), Histogram(edges=(0, 2), counts=(1,))
    with pytest.raises(ValueError, match="same edges"):
        histogram_svg("x", [Layer("a", one), Layer("b", other)])
    with pytest.raises(ValueError, match="one histogram, or two"):
        histogram_svg("x", [])


@given(st.text(max_size=20), st.lists(st.integers(0, 10**9), min_size=1, max_size=3))
def test_whatever_the_title_and_the_counts_it_is_well_formed_and_stays_inside(title: str, counts: list[int]) -> None:
    svg = drawn(tuple(counts), title=title)
    for bar in of_class(svg, "plot-bar"):
        assert float(bar.attrib["y"]) >= 0
        assert float(bar.attrib["y"]) + float(bar.attrib["height"]) <= 150
    assert not svg.findall(".//script")

"""A small corpus with one of each kind of row, and what a person says must come out of it."""

import json
from pathlib import Path

from dataflow_agent.pipelines.run import Home, run
from dataflow_agent.pipelines.workflow import Step, Workflow

CORPUS = Path(__file__).with_name("small_corpus.jsonl")
FLOW = Workflow(
    name="small corpus",
    steps=(
        Step(id="html", operator="strip_html"),
        Step(id="emoji", operator="remove_emoji"),
        Step(id="spaces", operator="normalize_whitespace"),
        Step(id="english", operator="language_filter", options={"languages": ["en"]}),
        Step(id="long", operator="word_count_filter", options={"min_words": 10}),
        Step(id="once", operator="exact_dedup"),
    ),
)
# Written by hand from the corpus: row 1 without its tags, row 5 without the loaf, row 8 as it came.
EXPECTED = [
    '{"id":1,"text":"The river rose in the night & the bridge was closed to all traffic before the morning came.",'
    '"n":1.0}',
    '{"id":18446744073709551616,"text":"Bakers start their work long before the sun is up, and the whole street '
    'smells of bread by six."}',
    '{"id":7,"text":"If a < b and c > d then the smaller of the two numbers is a or c, as every schoolchild soon '
    'learns to say.","tags":{"level":1.50}}',
]
FATES = {
    "1": ("kept", None),
    "2": ("merged", "once"),
    "3": ("dropped", "english"),
    "4": ("dropped", "long"),
    "6": ("kept", None),
    "7": ("dropped", "english"),
    "9": ("kept", None),
    "10": ("dropped", "english"),
}


def test_each_row_comes_out_as_a_person_would_have_it(tmp_path: Path, home: Path) -> None:
    result = run(FLOW, CORPUS, tmp_path / "out.jsonl")
    lines = result.output.read_text(encoding="utf-8").splitlines()
    # 1.50 is a number like 1.5; everything else is compared as it is written.
    assert [json.loads(line) for line in lines] == [json.loads(line) for line in EXPECTED]
    assert [line.replace("1.50", "1.5") for line in EXPECTED] == [line.replace("1.50", "1.5") for line in lines]
    for row, (fate, step) in FATES.items():
        last = result.ledger.why(row).events[-1]
        assert (last.did, None if fate == "kept" else last.step) == (fate, step), row
    (reject,) = (Home(home).run_folder(result.id) / "rejects.jsonl").read_text().splitlines()
    assert json.loads(reject)["line"] == 5
    assert json.loads(reject)["file"] == "small_corpus.jsonl"
    assert result.report.rejects == 1
    assert result.report.rows_in == 8

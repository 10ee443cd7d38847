"""Pages of PDF per processor second, and the order in which two columns are read, beside markitdown and pdfplumber.

    python tests/benchmarks/bench_documents.py
    python tests/benchmarks/bench_documents.py paper.pdf report.pdf --peer-python PATH_TO_PYTHON

The documents are made here (a report, a paper of two columns, one with tables); files that are named come on top. The
peers have their own environment more often than not: `--peer-python` names the interpreter of one that has them, which
is given the same files in the same run. A peer that is absent is named as absent.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

SENTENCES = 700
"""Sentences of a document."""
PEER = """
import json, sys, time
name, rounds, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
if name == "markitdown":
    from markitdown import MarkItDown
    converter = MarkItDown()
    def read(file):
        return converter.convert(file).text_content
else:
    import pdfplumber
    def read(file):
        with pdfplumber.open(file) as pdf:
            return "\\n".join(page.extract_text() or "" for page in pdf.pages)
for file in files:
    seconds = []
    for _ in range(rounds):
        started = time.process_time()
        text = read(file)
        seconds.append(time.process_time() - started)
    print(json.dumps([min(seconds), text]))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="PDF files of your own")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of which the best counts")
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter that has markitdown and pdfplumber")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = generated(Path(folder))
        files = [*made, *args.files]
        pages = [page_count(file) for file in files]
        print(f"{'pages/s':>9} {'order':>6}")
        for name, read in {"ours": ours, "markitdown": peer("markitdown"), "pdfplumber": peer("pdfplumber")}.items():
            for file, count, found in zip(files, pages, read(files, args), strict=False):
                seconds, text = found
                order = f"{in_order(text):6.1%}" if file in made else f"{'':6}"
                print(f"{count / seconds:9.1f} {order}  {name}, {file.name}, {count} pages")


def generated(folder: Path) -> list[Path]:
    """A report, a paper of two columns with a title over both, and one with a table on every page."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Table

    style = getSampleStyleSheet()
    kinds = {"report": (1, 0), "two_columns": (2, 0), "tables": (1, 30)}
    files = []
    for name, (columns, tabled) in kinds.items():
        story = [Paragraph(f"The {name} of the mill", style["Title"])]
        for at in range(0, SENTENCES, 10):
            story.append(Paragraph(" ".join(map(sentence, range(at, at + 10))), style["BodyText"]))
            if tabled and at % tabled == 0:
                cells = [[f"cell {row} {column}" for column in range(4)] for row in range(6)]
                story.append(Table(cells, style=[("GRID", (0, 0), (-1, -1), 0.5, "black")]))
        buffer = BytesIO()
        width = 480 / columns - 10
        frames = [Frame(60 + column * (width + 20), 60, width, 720, id=str(column)) for column in range(columns)]
        BaseDocTemplate(buffer, pageTemplates=[PageTemplate(frames=frames)], pagesize=(595, 842)).build(story)
        files.append(folder / f"{name}.pdf")
        files[-1].write_bytes(buffer.getvalue())
    return files


def sentence(number: int) -> str:
    """A sentence that begins with a mark by which it is known again; the words are ever the same."""
    source = random.Random(number)
    words = ("river", "mill", "bridge", "carpenter", "valley", "market", "weir", "oak", "village", "ferry")
    return f"S{number} " + " ".join(source.choices(words, k=source.randint(8, 16))) + "."


def in_order(text: str) -> float:
    """Share of the sentences after which the next one stands, with none between."""
    found = [int(mark) for mark in re.findall(r"\bS(\d+)\b", text)]
    return sum(other == one + 1 for one, other in pairwise(found)) / (SENTENCES - 1)


def page_count(file: Path) -> int:
    """Of a PDF."""
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(file) as document:
        return len(document)


def ours(files: list[Path], args: argparse.Namespace) -> list[tuple[float, str]]:
    """Processor seconds and text of each file."""
    from dataflow_agent.operators.core.documents import Limits
    from dataflow_agent.operators.core.documents.pdf import to_markdown

    limits = Limits(2**30, 2**30, 100_000)
    measured = []
    for file in files:
        data, seconds, text = file.read_bytes(), [], ""
        for _ in range(args.rounds):
            started = time.process_time()
            text = to_markdown(data, limits).text
            seconds.append(time.process_time() - started)
        measured.append((min(seconds), text))
    return measured


def peer(name: str) -> Callable[[list[Path], argparse.Namespace], list[tuple[float, str]]]:
    """The same of a peer, in a process of its own."""

    def measured(files: list[Path], args: argparse.Namespace) -> list[tuple[float, str]]:
        command = [args.peer_python, "-c", PEER, name, str(args.rounds), *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
            print(f"{name} is absent: {said[-1]}")
            return []
        return [tuple(json.loads(line)) for line in done.stdout.splitlines()]

    return measured


if __name__ == "__main__":
    main()

"""What a call of a model costs: our door against bare aiohttp, before a fake endpoint in a process of its own.

    python tests/benchmarks/bench_llm.py --calls 10000 --delay-ms 200 --in-flight 100

Both send the same bodies; connections are opened and modules loaded before the clock starts. Seconds are given by the
clock and by the processor, all threads of this process together; the ideal is calls x delay / in flight.
"""

import argparse
import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from dataflow_agent.operators.core import Asking, Context, Example, LLMOperator, OutputColumn, Request
from dataflow_agent.operators.core.schema import DType
from dataflow_agent.operators.core.serving import Endpoint, ModelDoor
from dataflow_agent.operators.core.serving.chat import chat_body
from dataflow_agent.operators.core.serving.features import Features
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.core.testing_endpoint import endpoint_process
from pydantic import Field

WARM_UP = 200
MODEL = "fake"


class Comment(LLMOperator):
    """Asks for a comment on each row."""

    name = "benchmark_comment"
    output: OutputColumn = Field(default="comment", description="Column to write to.")

    def writes(self) -> dict[str, DType]:
        """The comment."""
        return {self.output: "text"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        """One request."""
        reply = yield asked(row["text"])
        return {self.output: reply.text}

    @classmethod
    def example(cls) -> Example:
        """One row."""
        return Example(rows=["a"], out=[{"text": "a", "comment": "b"}], replies=["b"])


def asked(text: str) -> Request:
    """The request of a row; about as long as those of real operators without their data."""
    return Request(f"Comment on this text in one sentence: {text}", system="You are brief. " * 20, max_tokens=256)


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock and by the processor."""

    clock: float
    processor: float

    def line(self, name: str, calls: int, ideal: float, bare: float) -> str:
        """What is printed of it."""
        return (
            f"{name:32} {self.clock:7.2f} s  {ideal / self.clock:6.1%} of the ideal  {bare / self.clock:6.1%} of bare "
            f"aiohttp  {1000 * self.processor / calls:5.2f} ms of processor a call"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--delay-ms", type=float, default=200)
    parser.add_argument("--in-flight", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    ideal = args.calls * args.delay_ms / 1000 / args.in_flight
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; ideal {ideal:.2f} s")
    texts = [f"row {number}" for number in range(args.calls)]
    with endpoint_process("--delay-ms", str(args.delay_ms)) as url, tempfile.TemporaryDirectory() as folder:
        for number in range(args.rounds):
            bare = asyncio.run(bare_aiohttp(url, texts, args.in_flight))
            print(bare.line("bare aiohttp", args.calls, ideal, bare.clock))
            for name, file in (
                ("our door, nothing kept", None),
                ("our door, replies kept", Path(folder, f"{number}.db")),
            ):
                spent = through_door(url, texts, args.in_flight, file)
                print(spent.line(name, args.calls, ideal, bare.clock), flush=True)


async def bare_aiohttp(url: str, texts: Sequence[str], in_flight: int) -> Spent:
    """As many workers as requests in flight, each with one after the other."""
    import aiohttp

    bodies = [partial(chat_body, asked(text), MODEL, Features()) for text in texts]
    headers = {"Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def work(left: list[Callable[[], bytes]]) -> None:
            while left:
                async with session.post(f"{url}/chat/completions", data=left.pop()()) as response:
                    orjson.loads(await response.read())["choices"][0]["message"]["content"]

        warm = bodies[:WARM_UP]
        await asyncio.gather(*(work(warm) for _ in range(in_flight)))
        clock, processor = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work(bodies) for _ in range(in_flight)))
        return Spent(time.perf_counter() - clock, time.process_time() - processor)


def through_door(url: str, texts: Sequence[str], in_flight: int, file: Path | None) -> Spent:
    """A whole operator over one batch."""
    with ModelDoor(Endpoint(url, MODEL, in_flight=in_flight), replies=file) as door:
        context = Context(llm=door)
        apply_outcome(Comment(), batch_of([{"text": f"warm {number}"} for number in range(WARM_UP)]), context)
        batch = batch_of([{"text": text} for text in texts])
        clock, processor = time.perf_counter(), time.process_time()
        outcome = apply_outcome(Comment(), batch, context)
        spent = Spent(time.perf_counter() - clock, time.process_time() - processor)
    assert len(outcome.rows) == len(texts)
    return spent


if __name__ == "__main__":
    main()

"""The contract of operators and what they share: columns, rows, texts, errors, registry."""

from .asking import LLMEvaluator, LLMExpander, LLMFilter, LLMOperator, LLMRefiner
from .batch import Batch
from .columns import Anything, Column, Columns, Number, OutputColumn, Text
from .context import Context
from .conversing import Asking, converse
from .dataset_families import DatasetEvaluator, DatasetFilter
from .errors import DataFlowError, EndpointError, Fault, InvalidInput, RowError, RunStopped, near_name
from .families import Evaluator, Generator, Refiner, RowExpander, RowFilter, TextFilter, judge, require_text
from .llm import LLM, Reply, Request, Turn, complete
from .operator import DatasetOperator, Example, Operator, RowOperator
from .outcome import Fetch, Outcome, Verdict
from .prompts import PromptText, template
from .ranges import OneOf, Range, Rule
from .registry import all_operators
from .schema import ABSENT, INTERNAL, ROW, ColumnSpec, DType, Schema
from .structured import ask_for
from .textview import TextView
from .usage import Usage

__all__ = [
    "ABSENT",
    "INTERNAL",
    "LLM",
    "ROW",
    "Anything",
    "Asking",
    "Batch",
    "Column",
    "ColumnSpec",
    "Columns",
    "Context",
    "DType",
    "DataFlowError",
    "DatasetEvaluator",
    "DatasetFilter",
    "DatasetOperator",
    "EndpointError",
    "Evaluator",
    "Example",
    "Fault",
    "Fetch",
    "Generator",
    "InvalidInput",
    "LLMEvaluator",
    "LLMExpander",
    "LLMFilter",
    "LLMOperator",
    "LLMRefiner",
    "Number",
    "OneOf",
    "Operator",
    "Outcome",
    "OutputColumn",
    "PromptText",
    "Range",
    "Refiner",
    "Reply",
    "Request",
    "RowError",
    "RowExpander",
    "RowFilter",
    "RowOperator",
    "Rule",
    "RunStopped",
    "Schema",
    "Text",
    "TextFilter",
    "TextView",
    "Turn",
    "Usage",
    "Verdict",
    "all_operators",
    "ask_for",
    "complete",
    "converse",
    "judge",
    "near_name",
    "require_text",
    "template",
]

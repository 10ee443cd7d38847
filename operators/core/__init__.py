"""The contract of operators and what they share: columns, rows, texts, errors, registry."""

from .batch import Batch
from .columns import Anything, Column, Columns, Number, OutputColumn, Text
from .context import Context
from .dataset_families import DatasetEvaluator, DatasetFilter
from .errors import DataFlowError, EndpointError, Fault, InvalidInput, RowError, RunStopped, near_name
from .families import Evaluator, Generator, Refiner, RowExpander, RowFilter, TextFilter, judge, require_text
from .llm import LLM, Asking, LLMOperator, Reply, Request
from .operator import DatasetOperator, Example, Operator, RowOperator
from .outcome import Fetch, Outcome, Verdict
from .ranges import OneOf, Range, Rule
from .registry import all_operators
from .schema import ABSENT, INTERNAL, ROW, ColumnSpec, DType, Schema
from .textview import TextView

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
    "LLMOperator",
    "Number",
    "OneOf",
    "Operator",
    "Outcome",
    "OutputColumn",
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
    "Verdict",
    "all_operators",
    "judge",
    "near_name",
    "require_text",
]

"""Rows in from files, and out to files, with every value as it came."""

from .blocks import Block, Parsed, PartColumn, PartSchema, Reject
from .dataset import Dataset
from .outputs import Output
from .sources import ENDINGS, Source
from .standard_input import STANDARD_INPUT, spool_stdin
from .unify import conform, unify
from .writer import Writer
from .writers import open_writer

__all__ = [
    "ENDINGS",
    "STANDARD_INPUT",
    "Block",
    "Dataset",
    "Output",
    "Parsed",
    "PartColumn",
    "PartSchema",
    "Reject",
    "Source",
    "Writer",
    "conform",
    "open_writer",
    "spool_stdin",
    "unify",
]

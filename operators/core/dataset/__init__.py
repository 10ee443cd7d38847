"""Rows in from files, and out to files, with every value as it came."""

from .blocks import Block, Parsed, PartColumn, PartSchema, Reject
from .dataset import Dataset
from .sources import ENDINGS, Source
from .unify import conform, unify
from .writer import Writer
from .writers import open_writer

__all__ = [
    "ENDINGS",
    "Block",
    "Dataset",
    "Parsed",
    "PartColumn",
    "PartSchema",
    "Reject",
    "Source",
    "Writer",
    "conform",
    "open_writer",
    "unify",
]

"""Rows in from files, and out to files, with every value as it came."""

from .blocks import Block, Parsed, PartColumn, PartSchema, Reject
from .dataset import Dataset
from .documents import BYTES, MEDIA_TYPE, MEDIA_TYPES, PATH, media_type_of
from .outputs import Output
from .sources import ENDINGS, ReadAs, Source
from .standard_input import STANDARD_INPUT, spool_stdin
from .unify import conform, unify
from .writer import Writer
from .writers import open_writer

__all__ = [
    "BYTES",
    "ENDINGS",
    "MEDIA_TYPE",
    "MEDIA_TYPES",
    "PATH",
    "STANDARD_INPUT",
    "Block",
    "Dataset",
    "Output",
    "Parsed",
    "PartColumn",
    "PartSchema",
    "ReadAs",
    "Reject",
    "Source",
    "Writer",
    "conform",
    "media_type_of",
    "open_writer",
    "spool_stdin",
    "unify",
]

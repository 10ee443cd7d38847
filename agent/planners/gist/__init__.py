"""Reads the gist of sentences by what they name, for those that no grammar covers word by word."""

from .reader import GistReader

__all__ = ["GistReader"]

"""Workflows as data, their checks, the engine that runs them, and the ledger of every row."""

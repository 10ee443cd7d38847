"""The quality card of data: what it says, and how it is measured in one pass."""

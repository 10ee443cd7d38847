"""Maps the repository's root to the package `dataflow_agent`; all else is in pyproject.toml."""

from setuptools import find_packages, setup

FOLDERS = ["agent*", "memory*", "operators*", "pipelines*", "tools*", "ui*"]
setup(packages=["dataflow_agent", *(f"dataflow_agent.{name}" for name in find_packages(include=FOLDERS))])

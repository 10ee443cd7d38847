"""The operators there are: found by a walk over the package and over installed plugins."""

import pkgutil
import warnings
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from .operator import Operator

PLUGIN_GROUP = "dataflow_agent.operators"


@cache
def _load_all() -> None:
    package = import_module(__package__.rpartition(".")[0])
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.startswith(__package__) and "._" not in module.name:
            import_module(module.name)
    for plugin in entry_points(group=PLUGIN_GROUP):
        try:
            plugin.load()
        except Exception as error:  # noqa: BLE001 - a stranger's module may raise anything, and must not stop ours
            warnings.warn(f"plugin {plugin.name!r} ({plugin.value}) was left out: {error!r}", stacklevel=2)


def all_operators() -> dict[str, type[Operator]]:
    """Every operator by name, in name order: ours, those of plugins, and those defined since in this process.

    A plugin is a module or class named as entry point in the group `dataflow_agent.operators`; one that cannot be
    loaded is left out with a warning.
    """
    _load_all()
    return dict(sorted(Operator.registry.items()))

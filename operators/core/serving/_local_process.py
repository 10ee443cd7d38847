"""Serves one GGUF file on loopback; a program of its own, which a parent starts and which ends with it.

It imports nothing of the package, so that it starts quickly and holds little besides the model. Its standard input is
one line of JSON (`path`, `port`, `key`, `slots`, `context`, `threads`), then silence until the parent closes it or
dies. Once the model answers, it writes one line to its standard output; everything else goes to standard error.
"""

import json
import os
import select
import signal
import sys
from typing import Any


def serve(asked: dict[str, Any]) -> object:
    """Load the model and serve it; whoever drops what is returned ends the service.

    Raises:
        RuntimeError: the model cannot be loaded, or the port not be used.
    """
    # Threads of OpenMP that wait actively starve each other on a busy machine; read when the library is loaded.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = asked["path"]
    params.hostnames = ["127.0.0.1"]
    params.port = asked["port"]
    params.api_keys = [asked["key"]]
    params.n_parallel = asked["slots"]
    params.n_ctx = asked["slots"] * asked["context"]
    if asked["threads"]:
        params.cpuparams.n_threads = asked["threads"]
        params.cpuparams_batch.n_threads = asked["threads"]
    # Prompts of requests that have ended would be kept in up to 8 GiB of memory, for a second visit that never comes.
    params.cache_ram_mib = 0
    params.ui = params.endpoint_slots = False
    params.verbosity = 1
    return xllamacpp.Server(params)


def end_with_parent() -> None:
    """Let the end of standard input end this process, also while a model is being loaded.

    Loading keeps every Python thread from running, so it is the kernel that is asked: its signal ends the process.
    """
    try:
        import fcntl
    except ImportError:
        return
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([0], [], [], 0)[0]:
        os._exit(0)


def main() -> None:
    """Serve until standard input ends."""
    # Ctrl-C reaches all processes of a terminal; it is for the parent to say what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with open(0, "rb", buffering=0, closefd=False) as given:
        asked = json.loads(given.readline())
    end_with_parent()
    try:
        server = serve(asked)
    except (ImportError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    told.write("serving\n")
    told.flush()
    os.read(0, 1)
    del server
    os._exit(0)


if __name__ == "__main__":
    main()

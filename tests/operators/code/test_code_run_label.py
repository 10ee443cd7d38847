"""`code_run_label`: how runs are called, that nothing but tests that ran to their end is a pass, and what it costs."""

import os
import time
from typing import Any

import pytest
from dataflow_agent.operators.code.code_run_label import CodeRunLabel
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.sandbox import find_sandbox, sandbox_problem
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of

pytestmark = pytest.mark.sandbox

ADD = "def add(a, b):\n    return a + b\n"
TEST = "assert add(1, 2) == 3"


def run(code: Any, tests: Any = None, **options: Any) -> tuple[str, str]:
    operator = CodeRunLabel(tests="tests", **{"timeout_s": 5, **options})
    (row,) = apply_rows(operator, [{"code": code, "tests": tests, "stdin": options.get("stdin") and "2 3"}])
    return row["code_run_status"], row["code_run_output"]


@pytest.mark.parametrize(
    ("code", "tests", "status"),
    [
        ("print(1)", None, "passed"),
        ("raise SystemExit(0)", None, "passed"),
        ("exit()", None, "passed"),
        ("exit(1)", None, "failed"),
        ("1 / 0", None, "failed"),
        ("import os\nos.abort()", None, "failed"),
        ("import numpy_that_is_not_there", None, "failed"),
        (ADD, TEST, "passed"),
        (ADD, ["assert add(0, 0) == 0", TEST], "passed"),
        (ADD, "from solution import add as plus\nassert plus(1, 1) == 2", "passed"),
        (ADD, "def test_add():\n    assert add(1, 2) == 3", "passed"),
        (ADD, "def test_add():\n    assert add(1, 2) == 4", "failed"),
        (
            ADD,
            "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        assert add(1, 1) == 2",
            "passed",
        ),
        (
            ADD,
            "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        assert add(1, 1) == 3",
            "failed",
        ),
        (ADD, ["assert add(1, 2) == 3", "assert add(1, 2) == 4"], "failed"),
        (ADD, "assert add(1, 2 ==", "failed"),
        (ADD, "", "passed"),
        ("def add(a, b: return", TEST, "error"),
        ("function add(a, b) { return a + b; }", TEST, "error"),
        ("a\0b", TEST, "error"),
        ("\ufeffx = 1", None, "passed"),
        ("", None, "passed"),
        (ADD, 5, "error"),
        (ADD, [5], "error"),
        (ADD, {"a": TEST}, "error"),
        ("while True: pass", None, "timed_out"),
        ("x = bytearray(10**10)", None, "out_of_memory"),
        ("def add(a, b): return bytearray(10**10)", TEST, "out_of_memory"),
        ("while True: print('x' * 10**6)", None, "too_much_output"),
    ],
)
def test_a_run_is_called_what_it_was(code: str, tests: Any, status: str) -> None:
    assert run(code, tests, timeout_s=2)[0] == status


TRICKS = {
    "leaves before the tests": "import sys\nsys.exit(0)",
    "leaves at once": "import os\nos._exit(0)",
    "leaves when it is called": "def add(a, b):\n    raise SystemExit(0)",
    "leaves at once when it is called": "import os\ndef add(a, b):\n    os._exit(0)",
    "becomes another program": "import os\nos.execv('/opt/python/bin/python', ['python', '-S', '-c', 'pass'])",
    "another program when called": "import os\ndef add(a, b): os.execv('/opt/python/bin/python', ['python', '-c', ''])",
    "leaves in a thread": "import os, threading\ndef add(a, b):\n"
    "    threading.Thread(target=os._exit, args=(0,)).start()\n    threading.Event().wait()",
    "kills its parent": "import os\ndef add(a, b):\n    os.kill(os.getppid(), 9)\n    os.kill(-1, 9)\n    os._exit(0)",
    "puts other functions in place": "import os, sys, builtins\nbuiltins.exec = builtins.compile = lambda *a: None\n"
    "sys.exit = os.write = os.read = lambda *a: b''",
    "says what the harness says": "import os\nfor n in range(3, 30):\n    try:\n"
    "        os.write(n, b'loaded' + b'0' * 32)\n        os._exit(0)\n    except OSError: pass",
    "prints success": "print('passed', 'OK', '1 passed')\nimport os\nos._exit(0)",
    "forks": "import os\nos.fork()",
    "leaves at the end": "import atexit, os\natexit.register(os._exit, 0)",
    "excepts nothing": "import sys\nsys.excepthook = lambda *a: None",
    "ends by a signal": "import os, signal\nsignal.signal(15, lambda *a: os._exit(0))\nos.kill(os.getpid(), 15)",
}


@pytest.mark.parametrize("code", TRICKS.values(), ids=TRICKS.keys())
def test_nothing_passes_that_does_not_pass_its_tests(code: str) -> None:
    assert run(code, "assert add(1, 2) == 3")[0] == "failed"


def test_what_passes_its_tests_passes_whatever_it_leaves_behind() -> None:
    left = "import atexit, os, threading as t\natexit.register(os._exit, 3)\nt.Thread(target=t.Event().wait).start()\n"
    assert run(left + ADD, TEST) == ("passed", "")


def test_the_tests_are_nowhere_to_be_read_while_the_code_loads() -> None:
    code = (
        "import glob, sys\nseen = ''\n"
        "for name in glob.glob('/tmp/**', recursive=True) + glob.glob('/proc/*/[ce][mn][dv]*'):\n"
        "    try:\n        seen += open(name).read()\n    except OSError: pass\n"
        "frame = sys._getframe()\n"
        "while frame:\n    seen += repr(frame.f_locals) + repr(frame.f_globals)\n    frame = frame.f_back\n"
        "print('glob' in seen, ' '.join(['assert', 'add(1,', '2)', '==', '3']) in seen)\n"
    )
    assert run(code + ADD, TEST) == ("passed", "True False")


def test_a_program_reads_its_input() -> None:
    operator = CodeRunLabel(stdin="stdin")
    code = "a, b = map(int, input().split())\nprint(a + b)"
    rows = apply_rows(operator, [{"code": code, "stdin": "2 3"}, {"code": code, "stdin": None}])
    assert [row["code_run_status"] for row in rows] == ["passed", "failed"]
    assert rows[0]["code_run_output"] == "5"
    assert rows[1]["code_run_output"].endswith("EOFError: EOF when reading a line")
    assert run("print(open('/dev/stdin').read() == '')") == ("passed", "True")


def test_a_program_is_main_and_a_tested_solution_is_not() -> None:
    code = "if __name__ == '__main__':\n    print('main')\nelse:\n    print(__name__)"
    assert run(code) == ("passed", "main")
    assert run(code, "pass") == ("passed", "solution")


def test_a_failure_shows_the_end_of_its_trace_in_the_words_of_the_code() -> None:
    status, said = run("def add(a, b):\n    return a - b", TEST)
    assert status == "failed"
    assert said.splitlines()[-2:] == ["    assert add(1, 2) == 3", "AssertionError"]
    status, said = run("def f(n):\n    return f(n + 1)\nf(0)")
    assert said.endswith("RecursionError: maximum recursion depth exceeded")
    assert len(said) <= 400


def test_equal_runs_give_equal_texts() -> None:
    code = "print(object(), {c for c in 'abcdefgh'}, hash('a'), __file__)"
    first, second = run(code), run(code)
    assert first == second
    assert "0x…" in first[1]
    assert len(run("print('x' * 1000)")[1]) == 400


def test_rows_without_code_are_not_run() -> None:
    rows = [{"code": None}, {}, {"code": 5}, {"code": "print(1)"}]
    kept = apply_rows(CodeRunLabel(), rows)
    assert [row["code_run_status"] for row in kept] == [None, None, None, "passed"]
    assert len(apply_rows(CodeRunLabel(on_null="drop"), rows)) == 1


def test_ten_megabytes_of_code_run_and_more_than_sixteen_do_not() -> None:
    assert run(f"x = '{'a' * 10_000_000}'")[0] == "passed"
    assert run("#" + "a" * (16 * 2**20 - 1))[0] == "passed"
    assert run("#" + "a" * 16 * 2**20) == ("error", "the code is larger than 16 MiB")


def test_tests_may_be_long() -> None:
    assert run(ADD, f"# {'x' * 3_000_000}\n{TEST}")[0] == "passed"
    assert run(ADD, [f"assert add({n}, 1) == {n + 1}" for n in range(20_000)])[0] == "passed"


def test_limits_hold_for_each_row_alone_and_rows_run_in_parallel() -> None:
    cores = len(os.sched_getaffinity(0))
    rows = [{"code": "import time\ntime.sleep(99)"}] * cores + [{"code": "print(1)"}] * 2
    begin = time.monotonic()
    labelled = apply_rows(CodeRunLabel(timeout_s=2), rows)
    assert [row["code_run_status"] for row in labelled] == ["timed_out"] * cores + ["passed"] * 2
    assert 2 <= time.monotonic() - begin < (3.9 if cores > 1 else 6)


@pytest.mark.parametrize(("memory_mb", "status"), [(128, "out_of_memory"), (512, "passed")])
def test_memory_is_limited_as_asked(memory_mb: int, status: str) -> None:
    assert run("x = bytearray(200 * 2**20)", memory_mb=memory_mb)[0] == status


def test_the_version_of_python_decides_the_recipe() -> None:
    import platform

    assert CodeRunLabel().resource_fingerprints({}) == {"python": f"CPython {platform.python_version()}"}
    assert run("import platform\nprint(platform.python_version())") == ("passed", platform.python_version())


def test_without_a_sandbox_it_refuses_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install bubblewrap" in (sandbox_problem() or "")
    with pytest.raises(InvalidInput, match="apt-get install bubblewrap"):
        apply_outcome(CodeRunLabel(), batch_of([{"code": "print(1)"}]), Context(sandbox=find_sandbox))

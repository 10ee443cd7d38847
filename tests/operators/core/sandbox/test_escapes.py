"""What code in the sandbox must not be able to do: each test lets it try, and looks whether the harm is done."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from dataflow_agent.operators.core.sandbox import Finished, Limits, Program, Sandbox

pytestmark = pytest.mark.sandbox
Run = Callable[..., Finished]


def processes() -> set[str]:
    return {name for name in os.listdir("/proc") if name.isdigit()}


def test_it_sees_no_key_of_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAFLOW_LLM_API_KEY", "sk-secret")
    os.environ["SBX_OTHER"] = "sk-secret"
    code = """
import os, glob
seen = str(dict(os.environ))
for name in glob.glob("/proc/*/environ") + glob.glob("/proc/*/task/*/environ") + glob.glob("/proc/*/cmdline"):
    seen += open(name).read()
print(seen)
"""
    try:
        finished = run(code)
    finally:
        del os.environ["SBX_OTHER"]
    assert finished.ending == "passed", finished
    assert b"HOME=/tmp/work" in finished.stdout or b"'HOME': '/tmp/work'" in finished.stdout
    assert b"sk-secret" not in finished.stdout
    assert str(Path.home()).encode() not in finished.stdout


def test_it_reads_no_file_of_the_host(run: Run, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden")
    paths = [str(secret), str(Path.home()), "/etc/passwd", "/etc", "/home", "/root", "/var", "/sys", "/run", "/boot"]
    paths += [f"/proc/1/root{secret}", f"/proc/self/cwd/../..{secret}", __file__]
    finished = run(f"import os\nprint([path for path in {paths!r} if os.path.lexists(path)])")
    assert finished.stdout == b"[]\n"


def test_it_writes_nowhere_but_to_its_own_files_which_are_gone_afterwards(run: Run, tmp_path: Path) -> None:
    places = [
        str(tmp_path / "harm"),
        "/harm",
        "/usr/lib/harm",
        "/opt/python/lib/harm",
        "/dev/harm",
        "/proc/sys/vm/swappiness",
    ]
    code = f"""
for place in {places!r}:
    try:
        open(place, "w").write("harm")
        print(place)
    except OSError:
        pass
open("/tmp/own", "w").write("fine")
open("own", "w").write("fine")
"""
    swappiness = Path("/proc/sys/vm/swappiness").read_text()
    finished = run(code)
    assert (finished.ending, finished.stdout) == ("passed", b"")
    assert not [place for place in places[:-1] if Path(place).exists()]
    assert Path("/proc/sys/vm/swappiness").read_text() == swappiness
    again = run("import os; print(os.listdir('.'), os.listdir('/tmp'))")
    assert again.stdout == b"['main.py'] ['shm', 'work']\n"
    assert not Path("/tmp/own").exists()


def test_it_reaches_no_network(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        code = f"""
import socket
for name, address in [("127.0.0.1", {server.getsockname()[1]}), ("1.1.1.1", 53), ("8.8.8.8", 53)]:
    try:
        socket.create_connection((name, address), timeout=0.5)
        print("reached", name)
    except OSError:
        pass
try:
    print("resolved", socket.getaddrinfo("example.com", 80))
except OSError:
    pass
for family in (16, 17, 38, 40):  # netlink, packet, the kernel's ciphers, sockets of virtual machines
    try:
        socket.socket(family, socket.SOCK_DGRAM)
        print("opened", family)
    except OSError:
        pass
"""
        finished = run(code)
        with pytest.raises(TimeoutError):
            server.accept()
    assert (finished.ending, finished.stdout) == ("passed", b"")


def test_it_reaches_no_abstract_socket_of_the_host(run: Run) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0dataflow-sandbox-test")
        server.listen()
        finished = run("import socket\nsocket.socket(socket.AF_UNIX).connect('\\0dataflow-sandbox-test')")
    assert finished.ending == "failed"
    assert b"ConnectionRefusedError" in finished.stderr


def test_a_fork_bomb_ends_within_its_limits(run: Run) -> None:
    before, most = processes(), 0
    done = threading.Event()

    def count() -> None:
        nonlocal most
        while not done.wait(0.02):
            most = max(most, len(processes() - before))

    counting = threading.Thread(target=count)
    counting.start()
    begin = time.monotonic()
    finished = run("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass", seconds=1)
    took = time.monotonic() - begin
    done.set()
    counting.join()
    assert finished.ending == "timed_out"
    assert took < 4
    assert most < 100, "32 inside, and what else the machine starts meanwhile"


def test_threads_are_limited_too(run: Run) -> None:
    code = (
        "import threading as t, time\nfor n in range(999): t.Thread(target=time.sleep, args=(9,), daemon=True).start()"
    )
    finished = run(code)
    assert finished.ending == "failed"
    assert b"can't start new thread" in finished.stderr


def test_a_memory_bomb_is_refused_memory(run: Run) -> None:
    finished = run("parts = []\nwhile True: parts.append(bytearray(10**7))", memory_bytes=256 * 2**20)
    assert finished.ending == "failed"
    assert b"MemoryError" in finished.stderr
    assert finished.seconds < 5


def test_a_memory_bomb_of_many_processes_is_ended(run: Run) -> None:
    code = """
import os, time
for n in range(12):
    if os.fork() == 0:
        break
parts = []
for n in range(80):
    parts.append(b"x" * 2**20)
time.sleep(60)
"""
    finished = run(code, seconds=20, memory_bytes=128 * 2**20, disk_bytes=2**20)
    assert finished.ending == "out_of_memory"
    assert finished.seconds < 15
    assert finished.peak_bytes is not None
    assert finished.peak_bytes < 1200 * 2**20


@pytest.mark.parametrize("code", ["while True: pass", "import time\ntime.sleep(99)", "import signal\nsignal.pause()"])
def test_an_endless_program_costs_its_limit_and_no_more(run: Run, code: str) -> None:
    begin = time.monotonic()
    finished = run(code, seconds=0.5)
    assert finished.ending == "timed_out"
    assert 0.5 <= time.monotonic() - begin < 2.5


def test_it_cannot_hold_off_its_end(run: Run) -> None:
    code = """
import os, signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
os.setsid() if os.getpid() != os.getsid(0) and os.getpgrp() != os.getpid() else None
while True: pass
"""
    assert run(code, seconds=0.5).ending == "timed_out"


def test_a_gigabyte_of_output_is_cut_off_at_the_limit(run: Run) -> None:
    code = "import os\nblock = b'x' * 2**20\nfor n in range(1024): os.write(n % 2 + 1, block)"
    finished = run(code, output_bytes=10**6)
    assert finished.ending == "too_much_output"
    assert len(finished.stdout) + len(finished.stderr) == 10**6
    assert finished.seconds < 3


def test_output_up_to_the_limit_is_fine(run: Run) -> None:
    assert run("import sys\nsys.stdout.write('x' * 1000)", output_bytes=1000).ending == "passed"
    assert run("import sys\nsys.stdout.write('x' * 1001)", output_bytes=1000).ending == "too_much_output"


def test_it_cannot_fill_the_disk(run: Run, tmp_path: Path) -> None:
    code = """
import os
written = 0
for folder in (".", "/tmp", "/dev/shm"):
    try:
        with open(folder + "/big", "wb", buffering=0) as file:
            while True:
                written += file.write(b"x" * 2**20)
    except OSError:
        pass
print(written)
"""
    finished = run(code, disk_bytes=8 * 2**20)
    assert finished.ending == "passed", finished
    assert 7 * 2**20 < int(finished.stdout) <= 8 * 2**20


def test_it_cannot_fill_memory_with_empty_files(run: Run) -> None:
    code = "n = 0\nwhile True:\n    open(f'/tmp/{n}', 'w').close()\n    n += 1"
    finished = run(code, seconds=60, memory_bytes=64 * 2**20, disk_bytes=2**20)
    assert finished.ending in ("out_of_memory", "failed")
    assert finished.seconds < 50


def test_it_cannot_kill_what_is_outside(run: Run) -> None:
    bystander = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    try:
        code = f"""
import os, signal
for victim in (os.getppid(), {os.getpid()}, {bystander.pid}, -1):
    try:
        os.kill(victim, signal.SIGKILL)
    except OSError as error:
        print(victim, error.strerror)
"""
        finished = run(code)
        assert finished.ending in ("passed", "failed")
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_it_sees_only_its_own_processes(run: Run) -> None:
    finished = run("import os\nprint(sorted(name for name in os.listdir('/proc') if name.isdigit()))")
    assert finished.stdout == b"['1', '2']\n"


def test_nothing_outlives_it(run: Run) -> None:
    mark = f"60.{uuid4().int}"
    code = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for descriptor in range(3):
            os.close(descriptor)
        os.execv("/opt/python/bin/python", ["python", "-S", "-c", "import time; time.sleep({mark})"])
    os._exit(0)
time.sleep(0.3)
"""
    for _ in range(5):
        finished = run(code)
        assert (finished.ending, finished.stdout) == ("passed", b"")
        assert mark not in "".join(commands())


def commands() -> list[str]:
    found = []
    for pid in processes():
        try:
            found.append(Path(f"/proc/{pid}/cmdline").read_text())
        except OSError:
            continue
    return found


REFUSED = {
    "ptrace": "call(101 if x86 else 117, 0, 0, 0, 0)",
    "mount": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
    "unshare": "libc.unshare(0x10000000)",
    "a new user namespace": "libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) if x86 else -1",
    "io_uring": "call(425, 1, 0)",
    "keyctl": "call(250 if x86 else 219, 0, -3, 0)",
    "bpf": "call(321 if x86 else 280, 0, 0, 0)",
    "userfaultfd": "call(323 if x86 else 282, 0)",
    "memfd_create": "call(319 if x86 else 279, b'x', 0)",
    "shmget": "call(29 if x86 else 194, 0, 2**20, 0o1600)",
    "becoming root": "libc.setuid(0)",
    "chroot": "libc.chroot(b'/tmp')",
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED.keys())
def test_the_kernel_refuses(run: Run, call: str) -> None:
    code = f"""
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
call = libc.syscall
print(({call}) < 0)
"""
    finished = run(code)
    assert finished.stdout == b"True\n", finished


def test_limits_cannot_be_lifted(run: Run) -> None:
    code = """
import resource as r
for kind in (r.RLIMIT_AS, r.RLIMIT_NPROC, r.RLIMIT_FSIZE, r.RLIMIT_CPU, r.RLIMIT_CORE):
    try:
        r.setrlimit(kind, (2**40, 2**40))
        print("lifted", kind)
    except (OSError, ValueError):
        pass
"""
    assert run(code).stdout == b""


@pytest.mark.parametrize("name", ["../main.py", "/etc/passwd", "a/../../b", "", ".", "a\0b", "/tmp/work/../../opt/x"])
def test_a_file_may_not_be_named_out_of_its_folder(name: str) -> None:
    with pytest.raises(ValueError, match="below its folder"):
        Program(("x.py",), {name: b""})


def test_a_link_that_it_leaves_leads_nowhere(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "target.txt"
    target.write_text("before")
    code = f"import os\nos.symlink({str(target)!r}, 'link')\nopen('link', 'w').write('after')"
    assert b"FileNotFoundError" in run(code).stderr
    assert target.read_text() == "before"
    odd = {"a/b c/ü\n.txt": b"1", "-rf": b"2", "--bind": b"3", "$(x)": b"4"}
    code = "import os\nprint(sorted(os.listdir('.')), sorted(os.listdir('a/b c')))"
    finished = sandbox.run(Program(("-S", "-B", "-c", code), odd), Limits())
    assert finished.stdout.decode() == "['$(x)', '--bind', '-rf', 'a'] ['ü\\n.txt']\n"


def test_it_inherits_no_descriptor_of_ours(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "open.txt").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        finished = run("import os\nprint(sorted(os.listdir('/proc/self/fd'))[:-1])")
    assert finished.stdout == b"['0', '1', '2']\n"


def test_it_has_no_terminal_to_type_into(run: Run) -> None:
    assert b"No such" in run("open('/dev/tty')").stderr


def test_the_death_of_our_process_ends_it(tmp_path: Path) -> None:
    mark = f"60.{uuid4().int}"
    code = (
        "from dataflow_agent.operators.core.sandbox import *\n"
        f"program = Program(('-S', '-c', 'import time; print(1, flush=True); time.sleep({mark})'))\n"
        "find_sandbox().run(program, Limits(seconds=100))"
    )
    starter = subprocess.Popen([sys.executable, "-c", code])
    try:
        # The program itself, and not bubblewrap on its way to it: one killed there may leave a process of its own that
        # has run nothing and waits.
        wait_until(lambda: any(mark in one and one.startswith("python\0") for one in commands()))
    finally:
        starter.kill()
        starter.wait()
    wait_until(lambda: not any(mark in one for one in commands()))


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)

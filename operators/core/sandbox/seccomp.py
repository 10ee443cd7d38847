"""The system calls that a sandboxed program may not make, as a filter for the kernel."""

import errno
import platform
import struct
from typing import Final

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_X32: Final = 0x40000000
_FAMILIES: Final = (1, 2, 10)
"""UNIX, IPv4 and IPv6, which end at the network namespace; sockets of virtual machines and others do not."""
_NEW: Final = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442, 447)
"""io_uring_*, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, pidfd_getfd, mount_setattr, memfd_secret:
the same numbers everywhere. Memory behind file descriptors is seen by no limit."""
_CLONE3: Final = 435

# ptrace, process_vm_*, kcmp; mount, umount2, pivot_root, chroot; keyrings; bpf, perf_event_open, userfaultfd;
# unshare, setns, open_by_handle_at; shmget, semget, msgget, mq_open, memfd_create; modules, kexec, swap, quota, acct,
# syslog, fanotify_init: what no ordinary program calls.
_OLD: Final = {
    "x86_64": (
        0xC000003E,
        41,
        "101 310 311 312 165 166 155 161 248 249 250 321 298 323 272 308 304 29 64 68 240 319 "
        "175 313 246 320 167 179 163 103 300",
    ),
    "aarch64": (
        0xC00000B7,
        198,
        "117 270 271 272 40 39 41 51 217 218 219 280 241 282 97 268 265 194 190 186 180 279 "
        "105 273 104 294 224 60 89 116 262",
    ),
}


def filter_program() -> bytes | None:
    """The filter for this machine, as the kernel reads it; None on processors whose numbers are not known here."""
    if platform.machine() not in _OLD:
        return None
    architecture, socket, old = _OLD[platform.machine()]
    blocked = (*map(int, old.split()), *_NEW)
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        # C libraries fall back to clone, whose flags the kernel can look at.
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for number in blocked:
        code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    code += [(_EQUAL, 1, 0, socket), (_RETURN, 0, 0, _ALLOW), (_LOAD, 0, 0, _FIRST_ARGUMENT_AT)]
    for family in _FAMILIES:
        code += [(_EQUAL, 0, 1, family), (_RETURN, 0, 0, _ALLOW)]
    code.append((_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)

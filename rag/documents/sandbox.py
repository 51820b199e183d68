"""Parses in a child process that may use only so much memory, time and output. Knows no format and no document.

A parser that loops, swells or crashes takes its child along and nothing else. The child is a new interpreter, never a
fork: this process has threads. It limits itself before it reads a byte, and cannot lift the limits again.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from rag.documents.parse import Parsed, parse
from rag.documents.raw import Unreadable

_ENTRY = "import sys; sys.path[:] = {path!r}; from rag.documents.sandbox import main; main()"
# What an interpreter may need to start. The rest, keys and tokens among it, is no business of a parser.
_ENVIRONMENT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
_LAST_WORDS = 2_000  # bytes of the child's standard error that are looked at


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use."""

    memory: int = 1024**3  # bytes of address space
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    result: int = 128 * 1024**2  # bytes of JSON: six for each character outside ASCII, for the longest file


def parse_apart(data: bytes, kind: str, limits: Limits | None = None) -> Parsed:
    """`rag.documents.parse.parse` in a child process.

    Raises:
        Unreadable: the bytes hold no text of this kind, or parsing them crashed or went over a limit.
    """
    limits = limits or Limits()
    root = str(Path(__file__).parents[2])
    path = [root, *(os.path.abspath(entry) for entry in sys.path if os.path.abspath(entry) != root)]
    command = [sys.executable, "-I", "-B", "-c", _ENTRY.format(path=path), kind, json.dumps(asdict(limits))]
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # Results go to files: their size can be limited, and nobody has to read while the child writes.
    with tempfile.TemporaryFile() as result, tempfile.TemporaryFile() as words:
        try:
            status = subprocess.run(
                command, input=data, stdout=result, stderr=words, env=kept, timeout=limits.wall_seconds, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            raise Unreadable(_too_slow(limits.wall_seconds)) from None
        if status:
            raise Unreadable(_why_it_ended(status, _tail(words), kind, limits))
        return _read_result(result, limits)


def main() -> None:
    """The child: limits itself, parses standard input, writes the result as JSON on standard output."""
    kind, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    _limit(limits)
    outcome: dict[str, object]
    try:
        outcome = asdict(parse(sys.stdin.buffer.read(), kind))
    except Unreadable as error:
        outcome = {"refused": str(error)}
    sys.stdout.write(json.dumps(outcome))


def _limit(limits: Limits) -> None:
    """Lower this process's limits for good. Windows has none of them; there the wall clock alone holds."""
    if sys.platform == "win32":
        return
    import resource

    sizes = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.result,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform != "darwin":  # where the kernel refuses this one
        sizes[resource.RLIMIT_AS] = limits.memory
    for kind, size in sizes.items():
        hard = resource.getrlimit(kind)[1]
        hard = size + 1 if hard == resource.RLIM_INFINITY else min(size + 1, hard)
        # Time over the lower limit ends the process with a signal that tells why.
        resource.setrlimit(kind, (min(size, hard), hard))


def _read_result(file: IO[bytes], limits: Limits) -> Parsed:
    file.seek(0)
    written = file.read(limits.result + 1)
    try:
        outcome = json.loads(written)
        if "refused" in outcome:
            raise Unreadable(outcome["refused"])
        return Parsed(**outcome)
    except (ValueError, TypeError) as error:
        raise Unreadable(f"its reader gave no result ({error}); save it in another format.") from error


def _tail(file: IO[bytes]) -> str:
    """The last line that the child wrote to its standard error."""
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - _LAST_WORDS))
    lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


def _why_it_ended(status: int, last: str, kind: str, limits: Limits) -> str:
    """The reason for a child that ended without a result: a signal, or an error that its parser did not expect."""
    if sys.platform != "win32" and status == -signal.SIGXCPU:
        return _too_slow(limits.cpu_seconds)
    if last.startswith("MemoryError") or status == -9:  # the system's own answer to want of memory
        return f"needs more than {limits.memory // 1024**2:,} MB of memory to be read; split it into smaller files."
    said = re.sub(r"^(?:\w+\.)+\w+: ", "", last)  # without the name of a library's error class
    reason = said[:200] or f"its reader crashed with status {status}"
    return f"cannot be read as {kind} ({reason}); save it in another format."


def _too_slow(seconds: float) -> str:
    return f"takes longer than {seconds:g} seconds to be read; split it into smaller files."

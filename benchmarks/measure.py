"""Runs a program in a process of its own and takes its time and memory. Knows nothing of what it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over several runs: wall-clock seconds and the peak of resident memory in MiB."""

    seconds: float
    mebibytes: float


def run_python(arguments: Sequence[str], environment: Mapping[str, str], runs: int) -> Cost:
    """The median cost of `python ARGUMENTS` over `runs` runs, after one that is not counted (the only one for 0).

    Raises:
        subprocess.CalledProcessError: a run ended with an error.
    """
    first, *counted = [_once(arguments, environment) for _ in range(runs + 1)]
    costs = counted or [first]
    return Cost(median(cost.seconds for cost in costs), median(cost.mebibytes for cost in costs))


def _once(arguments: Sequence[str], environment: Mapping[str, str]) -> Cost:
    began = time.perf_counter()
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)  # the one call that tells a finished child's own peak memory
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(seconds, usage.ru_maxrss / 1024)

"""What the tests of jobs run in child processes: work that takes too much, hangs, crashes, leaves or goes well."""

import ctypes
import os
import sys
import time


def counts_bytes(request, content, report):
    print("a library that prints")
    report(0.5)
    return {"size": len(content), **request}


def takes_three_gigabytes(request, content, report):
    return len(b"x" * (3 << 30))


def fails_to_allocate(request, content, report):
    pieces = []
    while True:
        pieces.append(bytearray(1 << 20))


def hangs(request, content, report):
    report(0.25)
    time.sleep(600)


def returns_a_hundred_megabytes(request, content, report):
    report(0.75)
    return "x" * 100_000_000


def returns_bytes(request, content, report):
    report(0.5)
    return {"size": len(content)}, content[::-1]


def dies_while_it_returns_bytes(request, content, report):
    os.write(report._job_messages.fileno(), b'{"result": 1, "news": [], "size": 100}\nabc')
    os._exit(0)


def crashes(request, content, report):
    ctypes.string_at(0)


def leaves(request, content, report):
    os._exit(3)


def makes_a_mistake(request, content, report):
    raise KeyError("ours")


def holds(request, content, report):
    return sorted({"pandas", "streamlit", "torch"} & set(sys.modules))

"""Work that counts, and fails in every way: quick to load for the processes that do it."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator

import psutil


class CountTo:
    """Counts to the number that a task is, from what is left of it."""

    def __call__(self, task: tuple[int, int]) -> Iterator[tuple[int, int]]:
        start, end = task
        for number in range(start, end):
            self.before(number)
            yield number, end

    def before(self, number):
        pass

    def lacks(self, task):  # noqa: ARG002
        return ""

    def lacked(self, result):  # noqa: ARG002
        return ""

    def rest(self, task, result):
        return result[0] + 1, task[1]

    def give_up(self, task, why):
        start, end = task
        rest = (start + 1, end)
        return [(start, why)], rest if start + 1 < end else None


class DiesAtSeven(CountTo):
    """Ends its process at one number."""

    def before(self, number):
        if number == 7:
            self.die()

    def die(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)


class HangsAtSeven(DiesAtSeven):
    def die(self):
        time.sleep(60)


class LeavesFileAtSeven(DiesAtSeven):
    """Dies with a temporary file, whose place it writes down."""

    def __init__(self, note):
        self.note = note

    def die(self):
        handle, name = tempfile.mkstemp()
        os.close(handle)
        self.note.write_text(name)
        super().die()


class Raises(CountTo):
    def before(self, number):  # noqa: ARG002
        raise ZeroDivisionError


class NeedsFile(CountTo):
    """Counts where a file is; if it is for the caller alone, only in the process that made it."""

    def __init__(self, path, *, alone=False):
        self.path, self.process = path, os.getpid() if alone else None

    def lacks(self, task):  # noqa: ARG002
        seen = self.path.exists() and self.process in {None, os.getpid()}
        return "" if seen else str(self.path)


class Fetches(CountTo):
    """Counts for one process alone, as if that had the login; others soon tell why they do not."""

    def __init__(self, process):
        self.process = process

    def __call__(self, task):
        if psutil.Process().parent().ppid() == self.process:  # through what makes others
            yield from super().__call__(task)
        else:
            yield task[0], "no login"
            yield task[0], "the end"

    def lacked(self, result):
        return "no login" if result[1] == "no login" else ""


class KillsCluster(CountTo):
    """Kills the worker of the cluster that a number was given to."""

    def before(self, number):
        if number == 7:
            psutil.Process().parent().parent().kill()  # through the process that makes others
            time.sleep(60)


class TellsProcess(CountTo):
    """Tells by what process it is done."""

    def __call__(self, task):
        for number, end in super().__call__(task):
            yield number, (os.getpid(), end)

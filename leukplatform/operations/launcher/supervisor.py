"""Honcho's manager: quiet about itself, clear about why it stopped, and safe to interrupt at any moment."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from threading import Timer

from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer

_INTERRUPTED = (130, 143)  # the return codes honcho gives to SIGINT and SIGTERM


class QuietPrinter(Printer):
    """Leaves out honcho's own lines (process numbers, signals sent), and survives the end of its reader."""

    def write(self, message: Message) -> None:
        if message.name != SYSTEM_PRINTER_NAME:
            with suppress(OSError):  # the terminal was closed, or `make run | head` has read enough
                super().write(message)


class Supervisor(Manager):
    """Runs the processes together: when one ends or the user asks, all end."""

    def __init__(self) -> None:
        super().__init__(QuietPrinter(sys.stdout))
        self._pid = os.getpid()

    def loop(self) -> None:
        signal.signal(signal.SIGHUP, self._hang_up)
        super().loop()

    def _hang_up(self, *_: object) -> None:
        """A closed terminal ends everything too. honcho's helper processes inherit this handler and do nothing."""
        if os.getpid() == self._pid:
            os.kill(self._pid, signal.SIGTERM)

    def terminate(self) -> None:
        if self._all_started():
            super().terminate()
        else:  # honcho does not know every process number yet; ask again in a moment
            Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()

    def farewell(self) -> str:
        """Say why everything stopped, after `loop()`."""
        if self.returncode in _INTERRUPTED:
            return "Stopped."
        ended = [name for name, state in self._processes.items() if state.get("returncode") == self.returncode]
        return (
            f"Stopped everything, because {ended[0] if ended else 'one process'} ended by itself "
            f"(exit code {self.returncode}). Its last lines above say why; `make run` starts again."
        )

"""Control-C: one line, exit status 130, whatever the program was in the middle of."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType


class Stopped(KeyboardInterrupt):
    """Control-C was pressed.

    Python remembers an interrupt of exactly the built-in class that passes through code made from
    a string (each dataclass, each named tuple), and then ends by the signal even though it was
    caught: the exit status would be -2 for whoever started the program. A class of its own is not
    remembered.
    """


def listen_to_the_keyboard() -> None:
    """Make Control-C raise `Stopped`, unless whoever started the program has it ignored."""
    if threading.current_thread() is not threading.main_thread():
        return  # only the main one may
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
    if logging.lastResort is not None:
        # a library that is stopped while it gives a connection back logs that with its trace
        logging.lastResort.addFilter(_no_stop)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _no_stop(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], KeyboardInterrupt))

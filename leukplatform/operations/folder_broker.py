"""Celery's messages as files in a folder, each there as a whole or not at all.

kombu's own transport opens a file under its final name and fills it afterwards. A worker that looks in between takes an
empty message, cannot read it and ends, and whatever is queued waits until somebody starts a worker again.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        """Write the message under a name that nobody looks for, then rename the file."""
        folder, message = Path(self.data_folder_out), str_to_bytes(dumps(payload))
        draft = folder / f"{uuid4()}.draft"
        try:
            draft.write_bytes(message)
            os.replace(draft, folder / f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"Cannot add a message to {folder}") from error
        finally:
            draft.unlink(missing_ok=True)

    def _get(self, queue: str) -> Any:
        """Return the next message that can be read. One that a crash cut off or another worker took is passed over: the
        rows say what is to be done, and the upkeep sends another.
        """
        while True:
            try:
                return super()._get(queue)
            except (ValueError, ChannelError):  # its file is out of the folder by now
                logger.warning("A message of the queue %s could not be read and is passed over", queue, exc_info=True)

    def _queue_bind(self, *args: Any) -> None:
        try:
            super()._queue_bind(*args)
        except ValueError:  # the table of an exchange, cut off by a crash: made anew, as every process adds its queues
            self._exchange_file(args[0]).unlink(missing_ok=True)
            super()._queue_bind(*args)


class Transport(filesystem.Transport):
    Channel = Channel

"""The broker of one machine: a message is there as a whole or not at all, and a broken one stops no worker."""

from __future__ import annotations

import os
from pathlib import Path
from queue import Empty
from unittest import mock

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from leukplatform.operations import folder_broker

MESSAGE = {"body": "one analysis", "headers": {}, "properties": {}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "queue").mkdir()
    return tmp_path


@pytest.fixture
def channel(folder: Path) -> folder_broker.Channel:
    queue, control = str(folder / "queue"), str(folder / "control")
    options = {"data_folder_in": queue, "data_folder_out": queue, "control_folder": control}
    return Connection("filesystem://", transport=folder_broker.Transport, transport_options=options).channel()


def test_a_message_is_delivered_once_and_to_its_own_queue(channel, folder) -> None:
    channel._put("inference", MESSAGE)
    with pytest.raises(Empty):
        channel._get("upkeep")
    assert channel._get("inference") == MESSAGE
    with pytest.raises(Empty):
        channel._get("inference")
    assert list((folder / "queue").iterdir()) == []


def test_a_worker_that_looks_while_a_message_is_written_finds_none(channel) -> None:
    looked = []
    real = {name: getattr(os, name) for name in ("open", "replace")}

    def look() -> None:
        with pytest.raises(Empty):
            channel._get("inference")
        looked.append(True)

    def replace(*args: object) -> None:
        look()  # all is written, and not yet there
        real["replace"](*args)

    with mock.patch.object(os, "replace", replace):
        channel._put("inference", MESSAGE)
    assert looked
    assert channel._get("inference") == MESSAGE


def test_a_truncated_message_is_skipped(channel, folder, caplog) -> None:
    (folder / "queue" / "0_a.inference.msg").touch()
    (folder / "queue" / "0_b.inference.msg").write_text('{"body": "one ana')
    channel._put("inference", MESSAGE)
    assert channel._get("inference") == MESSAGE
    assert caplog.text.count("passed over") == 2


def test_a_message_that_cannot_be_stored_is_an_error_of_the_channel_and_leaves_nothing(channel, folder) -> None:
    with mock.patch.object(os, "replace", side_effect=OSError(28, "No space left")), pytest.raises(ChannelError):
        channel._put("inference", MESSAGE)
    assert list((folder / "queue").iterdir()) == []


def test_a_truncated_table_of_queues_is_rebuilt(channel, folder) -> None:
    (folder / "control").mkdir()
    (folder / "control" / "inference.exchange").touch()
    channel._queue_bind("inference", "inference", "", "inference")
    assert [row.queue for row in channel.get_table("inference")] == ["inference"]

import os
import socket

import pytest

from leukplatform.operations.launcher.places import HOST, CannotStart, free_port, hold


def test_a_port_nobody_listens_on_is_free():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]

    assert free_port(str(port)) == port


def test_a_taken_port_is_named_together_with_what_to_do():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(CannotStart, match=rf"Port {port} is already in use.*make run PORT={port + 1}"):
            free_port(str(port))


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1", "80 80"])
def test_an_invalid_port_is_refused_with_an_example(text):
    with pytest.raises(CannotStart, match="PORT=8001"):
        free_port(text)


def test_a_data_folder_is_held_by_one_platform_at_a_time(tmp_path):
    first = hold(tmp_path / "var")
    with pytest.raises(CannotStart, match="VAR_DIR="):
        hold(tmp_path / "var")

    os.close(first)
    os.close(hold(tmp_path / "var"))


def test_two_data_folders_are_independent(tmp_path):
    os.close(hold(tmp_path / "one"))
    os.close(hold(tmp_path / "two"))

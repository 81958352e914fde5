"""A mail server that keeps what it is given: enough SMTP for one letter after the other."""

from __future__ import annotations

import email
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer


class Mailbox(ThreadingTCPServer):
    """`letters` are those taken so far, the oldest first."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.letters: list[EmailMessage] = []

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that make a platform send its letters here."""
        return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(self.server_address[1]), "EMAIL_USE_TLS": "0"}

    def text_to(self, address: str) -> str:
        """Return the newest letter to the address; empty if there is none."""
        texts = [letter.get_content() for letter in self.letters if letter["To"] == address]
        return texts[-1] if texts else ""


class _Conversation(StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("220 here")
        for line in self.rfile:
            command = line.strip().upper()
            if command == b"DATA":
                self._say("354 go on")
                data = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.letters.append(email.message_from_bytes(data, policy=email.policy.default))
            self._say("221 bye" if command == b"QUIT" else "250 done")
            if command == b"QUIT":
                return

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run a mail server while the block runs."""
    with Mailbox() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

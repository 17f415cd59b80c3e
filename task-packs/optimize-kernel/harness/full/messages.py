"""What harness and warden say to each other: JSON objects, one a packet, with descriptors beside them."""

import json
import select
import socket

_MOST_BYTES = 65536
_MOST_DESCRIPTORS = 8


class Lost(Exception):
    """The other side is gone."""


class Channel:
    """One end of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def fileno(self) -> int:
        return self._connection.fileno()

    def send(self, message: dict, descriptors: tuple[int, ...] = ()) -> None:
        try:
            socket.send_fds(self._connection, [json.dumps(message).encode()], list(descriptors))
        except OSError as error:
            raise Lost from error

    def receive(self) -> tuple[dict, list[int]]:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._connection, _MOST_BYTES, _MOST_DESCRIPTORS)
        except OSError as error:
            raise Lost from error
        if not data:
            raise Lost
        return json.loads(data), descriptors

    def waiting(self, seconds: float) -> bool:
        """Whether there is something to receive, after at most so long."""
        return bool(select.select([self._connection], [], [], seconds)[0])

"""Whose process is at the other end of a connection within this machine; Linux says it, of Unix sockets and of TCP.

Of TCP the kernel is asked by netlink (sock_diag(7)) for the one socket that the connection leads to: the table of all,
/proc/net/tcp, takes milliseconds to read.
"""

import os
import socket
import struct
from contextlib import suppress

PEER_CREDENTIALS = getattr(socket, "SO_PEERCRED", None)
NETLINK = getattr(socket, "AF_NETLINK", None)
SOCK_DIAG, BY_FAMILY, REQUEST, ANY_COOKIE = 4, 20, 1, b"\xff" * 8
ANY_STATE = 0xFFFFFFFF
_HEADER = struct.Struct("=IHHII")
_WHAT = struct.Struct("=BBBBI")
_NAME = struct.Struct("!HH4s12x4s12x4x")
# Behind the header, states, the name and three figures: the user, and the inode of a socket that is still open.
_OWNER = struct.Struct("=16x4x48x12xII")
LONGEST = 4096


def is_ours(connection: socket.socket) -> bool:
    """False for a process of another user, root's aside, and where nobody has the other end any more; True where the
    system does not say."""
    try:
        user = _user_of_unix(connection) if connection.family != socket.AF_INET else _user_of_tcp(connection)
    except OSError:
        return False
    return user in (None, os.geteuid(), 0)


def _user_of_unix(connection: socket.socket) -> int | None:
    if PEER_CREDENTIALS is None:
        return None
    size = struct.calcsize("3i")
    return int(struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, PEER_CREDENTIALS, size))[1])


def _user_of_tcp(connection: socket.socket) -> int | None:
    """Raises OSError where the other end is gone."""
    here, there = connection.getsockname(), connection.getpeername()
    own = _owner(here, there)
    if own is None:
        return None
    user, inode = _owner(there, here) or (0, 0)
    if not inode:
        raise ConnectionAbortedError
    return user


def _owner(local: tuple[str, int], remote: tuple[str, int]) -> tuple[int, int] | None:
    """User and inode of the socket that is connected in this way; None where the kernel does not tell."""
    if NETLINK is None:
        return None
    name = _NAME.pack(local[1], remote[1], socket.inet_aton(local[0]), socket.inet_aton(remote[0])) + ANY_COOKIE
    body = _WHAT.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, ANY_STATE) + name
    request = _HEADER.pack(_HEADER.size + len(body), BY_FAMILY, REQUEST, 0, 0) + body
    with suppress(OSError), socket.socket(NETLINK, socket.SOCK_RAW, SOCK_DIAG) as kernel:
        kernel.send(request)
        return _owner_in(kernel.recv(LONGEST))
    return None


def _owner_in(answer: bytes) -> tuple[int, int] | None:
    if len(answer) < _OWNER.size or _HEADER.unpack_from(answer)[1] != BY_FAMILY:
        return None
    user, inode = _OWNER.unpack_from(answer)
    return user, inode

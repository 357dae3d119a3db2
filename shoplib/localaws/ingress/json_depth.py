"""How deep JSON text is nested, found before it is parsed and without recursion."""

import re

DEEPEST = 200
_STRUCTURE = frozenset(b'[]{}"\\')
_REST = bytes(byte for byte in range(256) if byte not in _STRUCTURE)
_STRING = re.compile(rb'"[^"]*"?')


def is_too_deep(text: bytes, deepest: int = DEEPEST) -> bool:
    """Whether objects and lists within each other are more than `deepest`."""
    if text.count(b"{") + text.count(b"[") <= deepest:
        return False
    # An escaped quote is the only thing that hides the end of a string; a pair of backslashes hides nothing.
    bare = text.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _REST)
    depth = 0
    for byte in _STRING.sub(b"", bare).replace(b"{}", b"").replace(b"[]", b""):
        depth += 1 if byte in b"{[" else -1
        if depth > deepest:
            return True
    return False

"""Contents of objects: moto 5.2.5 keeps each in a temporary file and closes the files of those keys alone that it
disposes of; of all others it warns when the garbage collector comes upon them.

It does not dispose of the older versions in a bucket that is reset (it finds them by the list that `instance_tracking`
does without), of unfinished uploads in a deleted bucket, of copies, nor of the state that a saved one replaces.
Here the file of a key is closed with the key, whoever drops it.
"""

import weakref
from typing import Any

from moto.s3.models import FakeKey

from shoplib.localaws.moto_patches import replace, replace_property

BUFFER = "_value_buffer"


def install() -> None:
    replace_property(FakeKey, BUFFER, lambda key: vars(key)[BUFFER], _keep)
    replace(FakeKey, "__del__", lambda key: None)


def _keep(key: Any, buffer: Any) -> None:
    vars(key)[BUFFER] = buffer
    # Not `__del__`: in a ring of garbage the file might be finalized before its key.
    weakref.finalize(key, buffer.close).atexit = False

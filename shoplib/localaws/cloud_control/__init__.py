"""Cloud Control, which moto does not have: function URLs are read through it (`sam list endpoints`)."""

from shoplib.localaws.cloud_control.api import cloud_control

__all__ = ["cloud_control"]

"""The busiest AWS calls without moto's request machinery: see README.md."""

from shoplib.localaws.hot.door import JsonDoor

__all__ = ["JsonDoor"]

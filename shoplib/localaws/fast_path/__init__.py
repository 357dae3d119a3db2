"""The busiest AWS calls without moto's request machinery: see README.md."""

from shoplib.localaws.fast_path.endpoint import JsonEndpoint

__all__ = ["JsonEndpoint"]

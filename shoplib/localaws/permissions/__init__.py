"""IAM decides: see README.md."""

from shoplib.localaws.permissions.permissions import Permissions

__all__ = ["Permissions"]

"""Saving the engine's whole state under a name, and putting it back. See README.md."""

from shoplib.localaws.snapshots.endpoint import SnapshotEndpoint
from shoplib.localaws.snapshots.gate import Gate
from shoplib.localaws.snapshots.service import Snapshots

__all__ = ["Gate", "SnapshotEndpoint", "Snapshots"]

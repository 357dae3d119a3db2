"""Map states in mode DISTRIBUTED: a Map Run, and an execution for each item or each batch of items."""

from shoplib.localaws.state_machines.map_runs.distributor import Distributor
from shoplib.localaws.state_machines.map_runs.map_run import MapRun, MapRuns
from shoplib.localaws.state_machines.map_runs.map_state import distribute

__all__ = ["Distributor", "MapRun", "MapRuns", "distribute"]

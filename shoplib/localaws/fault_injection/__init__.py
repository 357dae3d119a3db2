"""Faults on a dial: errors, throttling and delays of API calls and of functions, see README.md."""

from shoplib.localaws.fault_injection.endpoint import FaultEndpoint
from shoplib.localaws.fault_injection.faults import Faults
from shoplib.localaws.fault_injection.invocations import InvocationFaults
from shoplib.localaws.fault_injection.requests import RequestFaults

__all__ = ["FaultEndpoint", "Faults", "InvocationFaults", "RequestFaults"]

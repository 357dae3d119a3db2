"""Template -> plan -> stack: `deploy_patterns(["rest"], local())`, or step by step `plan_one(...)` and `apply(...)`."""

from shoplib.provision.artifacts import write as package
from shoplib.provision.changes import Change
from shoplib.provision.deploy import apply
from shoplib.provision.faults import add_fault, fault, faults, remove_faults
from shoplib.provision.file_watcher import Event, follow
from shoplib.provision.functions import Function, call, find_function, follow_logs, functions_of, invoke, log_lines
from shoplib.provision.hot_reload import Follower
from shoplib.provision.log_queries import query_logs, run_log_query
from shoplib.provision.mailbox import SentMessage, mailbox, mailbox_page
from shoplib.provision.patterns import (
    SHOP,
    SUFFIXES,
    default_stack_name,
    deploy_patterns,
    exists,
    in_order,
    loose_ends,
    outdated_patterns,
    pattern_names,
    patterns_as_data_flows,
    patterns_using,
    plan_one,
    stack_name,
    template_path,
)
from shoplib.provision.permissions import FunctionPermissions, permissions_of
from shoplib.provision.planning import Plan, plan
from shoplib.provision.removal import destroy
from shoplib.provision.saved_states import keep_state, load_state, save_state
from shoplib.provision.stack import Resource, Stack, Stacks, read, stack_names
from shoplib.provision.stack_waiter import Progress
from shoplib.provision.target import Target, aws, endpoint, local
from shoplib.provision.template import Template, load

__all__ = [
    "SHOP",
    "SUFFIXES",
    "pattern_names",
    "Change",
    "Event",
    "Follower",
    "Function",
    "FunctionPermissions",
    "Plan",
    "Progress",
    "Resource",
    "SentMessage",
    "Stack",
    "Stacks",
    "Target",
    "Template",
    "apply",
    "add_fault",
    "aws",
    "call",
    "default_stack_name",
    "deploy_patterns",
    "destroy",
    "endpoint",
    "exists",
    "fault",
    "faults",
    "find_function",
    "follow",
    "follow_logs",
    "functions_of",
    "in_order",
    "invoke",
    "keep_state",
    "load",
    "mailbox",
    "mailbox_page",
    "load_state",
    "local",
    "log_lines",
    "package",
    "permissions_of",
    "plan",
    "plan_one",
    "query_logs",
    "read",
    "remove_faults",
    "run_log_query",
    "save_state",
    "stack_name",
    "stack_names",
    "template_path",
    "patterns_as_data_flows",
    "loose_ends",
    "outdated_patterns",
    "patterns_using",
]

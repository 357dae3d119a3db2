"""The main job: deploy, let customers buy, replay real invoices, drain, prove, report."""

from shoplib.demo.page import open_shop
from shoplib.demo.run import Result, draw, follow_one, replay_only, run, write_report
from shoplib.demo.show import as_json, show, show_figures

__all__ = [
    "Result",
    "as_json",
    "draw",
    "follow_one",
    "open_shop",
    "replay_only",
    "run",
    "show",
    "show_figures",
    "write_report",
]

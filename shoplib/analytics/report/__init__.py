"""The report: one HTML file that needs nothing else, no network, no script; and its tables as files."""

from shoplib.analytics.report.exporting import export_csv, export_parquet, export_xlsx
from shoplib.analytics.report.page import COLUMNS, Report, make, quarantine, write

__all__ = ["COLUMNS", "Report", "export_csv", "export_parquet", "export_xlsx", "make", "quarantine", "write"]

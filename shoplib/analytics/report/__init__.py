"""The report: one self-contained HTML file without scripts or network access, and its tables as files."""

from shoplib.analytics.report.exporting import export_csv, export_parquet, export_xlsx
from shoplib.analytics.report.page import COLUMNS, Report, make, quarantine, write

__all__ = ["COLUMNS", "Report", "export_csv", "export_parquet", "export_xlsx", "make", "quarantine", "write"]

"""Ledgers as markdown, figures and a table for the terminal; nothing is run again."""

from __future__ import annotations

from lse_verify.report.markdown import write_report
from lse_verify.report.tables import summary_table

__all__ = ["summary_table", "write_report"]

"""A report as one page of HTML that needs nothing else: tables that sort and filter, figures.

The markdown is the source: the page is what it says, and one table of all grades more.
"""

from __future__ import annotations

from lse_verify.report.page.writing import write_page

__all__ = ["write_page"]

"""The templates of a page; whatever is put into one is escaped."""

from __future__ import annotations

from functools import cache

import jinja2


@cache
def environment() -> jinja2.Environment:
    """Return what renders the templates of this package."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("lse_verify.report.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

"""What the strings of a ledger may hold, where that is known.

A ledger may come from anybody. What is a number or a name of ours in it is held to be one when it
is read; what others wrote, names of implementations and messages above all, is any text, and is
escaped where it is shown (`lse_verify.wording`).
"""

from __future__ import annotations

from typing import Annotated

import msgspec

# JSON Schema knows no \A and \Z, and Python's $ is also before a last end of a line.

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.+-]{0,64}$(?!\n)")]
"""Of a function, a format, an algorithm."""

Label = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_ .+–-]{0,64}$(?!\n)")]
"""Of a bound, a property, a tier."""

Figure = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9 .,+<-]{0,64}$(?!\n)")]
"""A number, or the word for what there is in its place."""

Numbers = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9 .,*+_-]*$(?!\n)")]
"""Numbers by commas, with runs of equal ones."""

Bucket = Annotated[str, msgspec.Meta(pattern=r"^(0|2\^-?[0-9]{1,6})$(?!\n)")]
"""Of a histogram of errors."""

Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{0,64}$(?!\n)")]
"""A digest or a commit."""

Packed = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]*$(?!\n)")]
"""Bytes in base 85, as Python writes them."""

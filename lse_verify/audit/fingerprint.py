"""What tells whether two implementations gave the same bits, without keeping the answers.

Of each block of a cell two hashes are taken: of its inputs, and of its inputs and the answers
together. Those of a cell are their sums modulo 2⁶⁴, so that blocks merge in any order. A block
is hashed whole, before it is cut into pieces for measuring: how it is cut changes nothing.

Two cells of the same inputs with the same answers have the same fingerprint. If the inputs are
the same and an answer differs, fingerprints are the same by chance only, once in 2⁶⁴ pairs:
BLAKE2 is not known to do worse, and nobody gains by making implementations that collide.
"""

from __future__ import annotations

import hashlib
import struct

import msgspec
import numpy as np

from lse_verify.audit.fields import Hex
from lse_verify.family.block import Block
from lse_verify.formats import FloatArray

_BYTES = 8
_MODULUS = 1 << 8 * _BYTES


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """Hashes of what an implementation was asked, and of what it answered.

    Attributes
    ----------
    inputs : str
        Sixteen hex digits, of the inputs alone.
    answers : str
        Sixteen hex digits, of inputs and answers bit by bit: zeros of different signs differ,
        and NaNs are alike.
    """

    inputs: Hex
    answers: Hex

    def merge(self, other: Fingerprint) -> Fingerprint:
        """Return the fingerprint over the blocks of both: associative and commutative."""
        return Fingerprint(
            inputs=_sum(self.inputs, other.inputs), answers=_sum(self.answers, other.answers)
        )


def inputs_of(block: Block) -> bytes:
    """Return a hash of all arguments of a block, with their shapes and formats."""
    found = hashlib.blake2b(digest_size=_BYTES)
    for argument in block.arguments:
        if isinstance(argument, float):
            found.update(b"parameter" + struct.pack("<d", argument))
        else:
            found.update(f"{argument.dtype.name} {argument.shape}".encode())
            found.update(argument.tobytes())
    return found.digest()


def answered(inputs: bytes, got: FloatArray) -> Fingerprint:
    """Return the fingerprint of one block and the answer to it.

    Parameters
    ----------
    inputs : bytes
        What `inputs_of` says of the block.
    got : ndarray
        The answer; it is left as it is.
    """
    is_nan = np.isnan(got)
    if is_nan.any():
        # Which NaN it is says nothing of the function.
        got = np.where(is_nan, np.array(np.nan, dtype=got.dtype), got)
    return _of(inputs, b"answered", got.tobytes())


def refused(inputs: bytes, kind: str) -> Fingerprint:
    """Return the fingerprint of one block and no answer to it, by the kind of the failure."""
    return _of(inputs, b"refused", kind.encode())


def _of(inputs: bytes, what: bytes, answer: bytes) -> Fingerprint:
    both = hashlib.blake2b(what, digest_size=_BYTES, key=inputs)
    both.update(answer)
    return Fingerprint(inputs=inputs.hex(), answers=both.hexdigest())


def _sum(first: str, second: str) -> str:
    return f"{(int(first, 16) + int(second, 16)) % _MODULUS:0{2 * _BYTES}x}"

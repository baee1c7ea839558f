"""What issues called bugs that are none, as users would hand their own calls to the tool.

softplus(x, β) = log(1 + exp(βx))/β is smoothmax((0, x), β), the function that states it with its
parameter. The rows that these answer for have a 0 in front.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


def softplus_with_beta(rows: Array, beta: float) -> Array:
    """pytorch#187180: torch's softplus with a β of the caller's."""
    return _softplus(rows, beta=beta)


def softplus_with_threshold(rows: Array, beta: float) -> Array:
    """pytorch#31110: from βx > 0.4 on x itself, as the caller asks for."""
    return _softplus(rows, beta=beta, threshold=0.4)


def _softplus(rows: Array, **parameters: float) -> Array:
    import torch

    assert not rows[:, 0].any()
    values = torch.from_numpy(rows[:, 1].copy())
    return torch.nn.functional.softplus(values, **parameters).numpy()


def last_of_logcumsumexp(rows: Array) -> Array:
    """pytorch#141802: the last of torch's cumulative sums on the CPU."""
    import torch

    tensor = torch.from_numpy(rows.view(np.int16)).view(torch.bfloat16)
    last = torch.logcumsumexp(tensor, dim=-1)[:, -1].contiguous()
    return last.view(torch.int16).numpy().view(rows.dtype)


def last_of_logcumsumexp_on_a_gpu(rows: Array) -> Array:
    """pytorch#141802: what the issue saw on a GPU for its row."""
    return np.full(len(rows), 2.5625).astype(rows.dtype)

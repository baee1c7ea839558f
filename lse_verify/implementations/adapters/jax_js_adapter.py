"""The library "jax_js": jax-js in node, on WebAssembly, its default, and in JavaScript.

What ``jit`` compiles for WebAssembly gives the bits of the eager calls. The device "cpu" is
JavaScript, meant for debugging: there ``jit`` fuses operations, between which binary32 is
then no more rounded to, and which in binary64 changes nothing. An array of one number is a
constant to it, which it computes in JavaScript on either device.

It has float16 too, but none of it in node: WebAssembly has no such numbers, and JavaScript
none before Node 24.
"""

from __future__ import annotations

from functools import partial

from lse_verify.implementations.foreign.node import NodePackages
from lse_verify.implementations.library import Implementation, Library

_PACKAGES = NodePackages("jax_js.mjs", ("@jax-js/jax",))
_FORMATS = ("binary32", "binary64")

_CALLS = {
    "logsumexp": "jax.nn.logsumexp(x, -1)",
    "softmax": "jax.nn.softmax(x, -1)",
    "log_softmax": "jax.nn.logSoftmax(x, -1)",
    "softplus": "jax.nn.softplus(x)",
    "logistic": "jax.nn.sigmoid(x)",
    "logaddexp": "jax.numpy.logaddexp(a, b)",
}


def _named(
    variant: str,
    function: str,
    calls: str,
    formats: tuple[str, ...] = _FORMATS,
    n_terms: tuple[int, ...] | None = None,
    twin: str | None = None,
) -> Implementation:
    return Implementation(
        name=f"jax_js.{variant}" if variant else "jax_js",
        function=function,
        formats=formats,
        load=partial(_PACKAGES.load, function, variant),
        calls=calls,
        n_terms=n_terms,
        twin=twin,
    )


LIBRARY = Library(
    name="jax_js",
    install=_PACKAGES.install,
    language="JavaScript",
    presence=_PACKAGES.version,
    implementations=(
        *(_named("", function, calls) for function, calls in _CALLS.items()),
        _named("grad", "softmax", "jax.grad(x => jax.nn.logsumexp(x, -1).sum())(x)"),
        _named(
            "log_softmax_grad",
            "log_softmax_gradient",
            "jax.grad(x => jax.nn.logSoftmax(x, -1).slice([], 0).sum())(x)",
        ),
        _named(
            "logaddexp_grad",
            "softmax",
            "jax.grad((a, b) => jax.numpy.logaddexp(a, b).sum())(a, b)",
            n_terms=(2,),
        ),
        _named("softplus_grad", "logistic", "jax.grad(x => jax.nn.softplus(x).sum())(x)"),
        *(_named("cpu", function, f'{calls}, device "cpu"') for function, calls in _CALLS.items()),
        *(
            _named(
                "cpu_jit",
                function,
                f'jit: {calls}, device "cpu"',
                formats=("binary32",),
                twin="jax_js.cpu",
            )
            for function, calls in _CALLS.items()
            # The library compiles it itself, called eagerly too.
            if function != "logaddexp"
        ),
    ),
)

"""What holds of every adapter: declarations are data, arrays cross without loss.

What is not installed is skipped, a line a library. The faults of libraries are the audit's to
find; those that the contract would trip over are named here with where they are told.
"""

from __future__ import annotations

import math
import os
import pickle
import pkgutil
import subprocess
import sys
from importlib.metadata import entry_points

import numpy as np
import pytest
from adapter_contract import ALL, LIBRARIES, arguments, exactly

from lse_verify.family import FUNCTIONS
from lse_verify.formats import BINARY32, FLOAT8_E4M3FN, FORMATS, FloatArray, Format
from lse_verify.implementations import adapters
from lse_verify.implementations.foreign.protocol import ForeignFailure
from lse_verify.implementations.library import Call, Implementation, Library
from lse_verify.implementations.native.shim import ShimError
from lse_verify.implementations.registry import GROUP

# test_compiled.py has what compiles each call by a C++ compiler, for seconds.
IN_SECONDS = "torch_compile"

HERE = [
    i
    for library in LIBRARIES
    if library.installed and library.name != IN_SECONDS
    for i in library.implementations
]

every_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda i: i.name)


def label(implementation: Implementation) -> str:
    return f"{implementation.name}-{implementation.function}"


@pytest.fixture(scope="module", params=HERE, ids=label)
def implementation(request: pytest.FixtureRequest) -> Implementation:
    """All that are here, by turns: of a wider scope, so that each is asked everything at once."""
    found = request.param
    assert isinstance(found, Implementation)
    return found


@pytest.fixture(scope="module")
def call(implementation: Implementation) -> Call:
    """Load it once: some compile for seconds, or start a process."""
    return implementation.load()


def language_of(implementation: Implementation) -> str:
    return next(li.language for li in LIBRARIES if li.name == implementation.library)


INSTALLED_BY = {
    "Python": ("pip install ",),
    "C": ("apt-get install ",),
    "C++": ("apt-get install ",),
    "R": ("apt-get install r-",),
    "JavaScript": ("npm install --prefix ~/",),
}


@every_library
def test_a_library_that_is_here_tells_its_version(library: Library) -> None:
    if not library.installed:
        pytest.skip(f"{library.name} is not installed: {library.install}")
    assert library.version


@every_library
def test_every_library_says_its_language_and_how_to_install_it(library: Library) -> None:
    assert library.install.startswith(INSTALLED_BY[library.language])


@every_library
def test_every_implementation_is_named_after_its_library(library: Library) -> None:
    for implementation in library.implementations:
        assert implementation.library == library.name
        assert implementation.function in FUNCTIONS
        assert set(implementation.formats) <= set(FORMATS)


def test_no_two_implementations_have_one_name_and_function() -> None:
    assert len({(i.name, i.function) for i in ALL}) == len(ALL)


@every_library
def test_a_twin_computes_the_same_function_in_the_same_formats(library: Library) -> None:
    named = {(i.name, i.function): i for i in ALL}
    for implementation in library.implementations:
        if implementation.twin is not None:
            twin = named[implementation.twin, implementation.function]
            assert implementation.name != twin.name
            assert set(implementation.formats) <= set(twin.formats)


@every_library
def test_declarations_can_be_pickled_for_a_worker(library: Library) -> None:
    assert pickle.loads(pickle.dumps(library.implementations)) == library.implementations


def test_every_adapter_is_registered() -> None:
    modules = [m.name for m in pkgutil.iter_modules(adapters.__path__)]
    registered = {point.module.split(".")[-1] for point in entry_points(group=GROUP)}
    assert {name for name in modules if name.endswith("_adapter")} <= registered


def test_describing_a_library_starts_no_process_loads_nothing_and_needs_numpy_only() -> None:
    places = sorted((point.module, point.attr) for point in entry_points(group=GROUP))
    graded = {library.module for library in LIBRARIES if library.module is not None}
    others = {"sympy", "mpmath", "msgspec", "platformdirs", "httpstan", "lse_verify.correct"}
    slow = (graded | others) - {"numpy", "ml_dtypes"}
    # A process that starts another is a process that audits what it does.
    code = f"""
import ctypes, importlib, sys
import ml_dtypes, numpy
def refuse(event, _):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "ctypes.dlopen"):
        raise RuntimeError(event)
sys.addaudithook(refuse)
for module, attribute in {places!r}:
    getattr(importlib.import_module(module), attribute).describe()
    assert {slow!r}.isdisjoint(sys.modules), (module, {slow!r}.intersection(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")


# jax takes the maximum from −∞ on, which is NaN there: not hidden, but graded.
NAN_IN_E4M3FN = {
    *(
        (f"jax{way}", name)
        for way in ("", ".axis0", ".where")
        for name in ("softmax", "log_softmax")
    ),
    ("jax.cumlogsumexp", "logsumexp"),
}
# And what XLA then makes of these changes from call to call (jax 0.10.2): not even the NaN is one.
CHANGES_IN_E4M3FN = {
    ("jax.log_softmax_grad", "log_softmax_gradient"),
    ("jax.jit", "softmax"),
}
# openvinotoolkit/openvino#38238: it reduces over all axes.
OF_ALL_AXES = "openvino.opset13"
# openvinotoolkit/openvino#38166: it leaves out the absolute value of a difference.
SIGN_OF_DIFFERENCE = {("keras_openvino", "logaddexp"), ("keras_openvino", "logaddexp2")}
# These take binary64 and compute in binary32, in whole or in part; Keras over TensorFlow log 2.
IN_BINARY32 = ("openvino", "keras_openvino", "keras_numpy", "keras_tensorflow", "mlx")
# The grid of IT++ is 2^-12 and its table has steps of 1/32; jax-js evaluates exp and log by
# polynomials that are good for some 24 bits, in binary64 too.
COARSE = {"itpp.jaclog": 0.02, "jax_js": 2.0**-18}
# jax-js makes no array of no numbers, and R's link no vector.
WITHOUT_ROWS_REFUSE = ("jax_js", "r_base.linkinv")


def name_and_function(implementation: Implementation) -> tuple[str, str]:
    return implementation.name, implementation.function


def changes(implementation: Implementation, fmt: Format) -> bool:
    """Tell whether an implementation gives other bits at every call, and wrong ones."""
    return fmt is FLOAT8_E4M3FN and name_and_function(implementation) in CHANGES_IN_E4M3FN


def formats(implementation: Implementation) -> list[Format]:
    """Return those in which its bits are its own doing."""
    of = [FORMATS[name] for name in implementation.formats]
    return [fmt for fmt in of if not changes(implementation, fmt)]


def tolerance(implementation: Implementation, fmt: Format) -> float:
    library = implementation.library
    unit = fmt.unit_roundoff
    if library in IN_BINARY32:
        unit = max(unit, BINARY32.unit_roundoff)
    is_cpu = implementation.name.startswith("jax_js.cpu")
    coarse = COARSE.get(implementation.name, 0.0 if is_cpu else COARSE.get(library, 0.0))
    return max(coarse, 40 * unit)


def test_results_have_the_format_and_shape_of_the_contract(
    implementation: Implementation, call: Call
) -> None:
    for name in implementation.formats:
        given = arguments(implementation, FORMATS[name])
        got = call(*given)
        shape = given[0].shape if FUNCTIONS[implementation.function].returns_row else (3,)
        wanted = () if implementation.name == OF_ALL_AXES else shape
        assert type(got) is np.ndarray
        assert (got.dtype, got.shape) == (FORMATS[name].dtype, wanted)


def test_results_are_near_the_exact_value(implementation: Implementation, call: Call) -> None:
    for name in implementation.formats:
        fmt = FORMATS[name]
        given = arguments(implementation, fmt)
        if (implementation.library, implementation.function) in SIGN_OF_DIFFERENCE:
            given = [np.maximum(*given), np.minimum(*given)]
        got = call(*given).astype(np.float64)
        want = wanted(implementation, given).reshape(got.shape)
        if fmt is FLOAT8_E4M3FN and name_and_function(implementation) in NAN_IN_E4M3FN:
            assert np.isnan(got).all()
        elif changes(implementation, fmt):
            assert not np.allclose(got, want, rtol=0.1)
        else:
            np.testing.assert_allclose(got, want, rtol=tolerance(implementation, fmt), err_msg=name)


def wanted(implementation: Implementation, given: list[FloatArray]) -> FloatArray:
    rows = [[np.atleast_1d(a[i]).astype(np.float64).tolist() for a in given] for i in range(3)]
    if implementation.name == OF_ALL_AXES:
        rows = [[[value for (row,) in rows for value in row]]]
    return np.array([exactly(implementation.function, point) for point in rows])


def test_read_only_strided_and_backward_arguments_give_the_same_bits(
    implementation: Implementation, call: Call
) -> None:
    for fmt in formats(implementation):
        given = arguments(implementation, fmt)
        expected = call(*given).tobytes()
        layouts = {
            "read-only": [a.copy() for a in given],
            "every second row": [np.repeat(a, 2, axis=0)[::2] for a in given],
            "every second entry": [np.repeat(a, 2, axis=-1)[..., ::2] for a in given],
            "backward": [np.flip(np.flip(a).copy()) for a in given],
        }
        for argument in layouts["read-only"]:
            argument.flags.writeable = False
        got = {name: call(*laid) for name, laid in layouts.items()}
        differ = [name for name, answer in got.items() if answer.tobytes() != expected]
        assert (fmt.name, differ) == (fmt.name, [])


def test_the_same_rows_give_the_same_bits_again_and_neither_is_overwritten(
    implementation: Implementation, call: Call
) -> None:
    for fmt in formats(implementation):
        given = arguments(implementation, fmt, rows=200)
        first = call(*given)
        kept = first.tobytes()
        call(*(a[::-1].copy() for a in given))
        assert first.tobytes() == kept
        assert call(*given).tobytes() == kept
        drawn_again = arguments(implementation, fmt, rows=200)
        assert [a.tobytes() for a in given] == [a.tobytes() for a in drawn_again]


def test_special_values_are_answered_without_a_warning(
    implementation: Implementation, call: Call
) -> None:
    entries = [math.nan, math.inf, -math.inf, 0.0, 6e4, -6e4]
    first, second = (g.ravel() for g in np.meshgrid(entries, entries))
    for name in implementation.formats:
        rows = FORMATS[name].cast(np.stack([first, second], axis=1))
        given = {"row": rows, "value": rows[:, 0]}
        asked = [given[k] for k in FUNCTIONS[implementation.function].arguments]
        if implementation.name == "itpp.jaclog":
            with pytest.raises(ShimError, match="NaN"):
                call(*asked)
        else:
            # Warnings are errors here, so that returning is the better half of the assertion.
            got = call(*asked)
            assert implementation.name == OF_ALL_AXES or len(got) == len(rows)


@pytest.mark.parametrize(
    "implementation",
    # Of Python's libraries not all take none, and the audit asks for some.
    [i for i in HERE if language_of(i) != "Python"],
    ids=label,
    indirect=True,
)
def test_no_rows_are_no_numbers(implementation: Implementation, call: Call) -> None:
    given = arguments(implementation, FORMATS[implementation.formats[0]], rows=0)
    if {implementation.library, implementation.name} & set(WITHOUT_ROWS_REFUSE):
        with pytest.raises(ForeignFailure) as caught:
            call(*given)
        assert caught.value.failure_kind == "exception"
    else:
        assert call(*given).shape[0] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc who catches SIGTERM")
@pytest.mark.parametrize(
    "library",
    [li for li in LIBRARIES if li.module is not None and li.installed and li.name != IN_SECONDS],
    ids=lambda i: i.name,
)
def test_a_library_of_python_leaves_the_process_as_it_found_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
import os, pickle, random, signal, sys
import numpy as np
from lse_verify.formats import FORMATS
from lse_verify.family import FUNCTIONS

def state(library):
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    caught = int(status["SigCgt"], 16) >> signal.SIGTERM - 1 & 1
    # scikit-learn sets KMP_…, without which a second copy of OpenMP may end the process.
    # jax 0.10.2 sets two for backends of its own, which no other library here reads.
    own = ("TF_CPP_MIN_LOG_LEVEL", "TPU_SKIP_MDS_QUERY") if library == "jax" else ()
    kept = (name for name in os.environ if name[:4] != "KMP_" and name not in own)
    told = {name: os.environ[name] for name in kept}
    # Loading jax 0.10.2 draws 13 of NumPy's random numbers, which Guard puts back.
    drawn = "" if library == "jax" else str(np.random.get_state())
    # Loading NLTK 3.10.4 where scikit-learn is draws Python's, which Guard puts back too.
    pythons = () if library == "nltk" else random.getstate()
    return told, os.getcwd(), np.geterr(), caught, pythons, drawn

first = pickle.load(sys.stdin.buffer)
before = state(first.library)
x = np.full((2, 2), 1.5, FORMATS[first.formats[0]].dtype)
first.load()(*(x if kind == "row" else x[0] for kind in FUNCTIONS[first.function].arguments))
assert state(first.library) == before
"""
    # jax reads this one, and is told another.
    monkeypatch.setenv("NPROC", "7")
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps(library.implementations[0]),
        capture_output=True,
        check=False,
        env=dict(os.environ),
    )
    assert (done.returncode, done.stdout) == (0, b""), done.stderr.decode()

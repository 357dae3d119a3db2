"""What holds for every test: the size of the run, Hypothesis' profile, and how started processes take signals."""

import gc
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from shoplib.localaws import moto_patches, startup
from tests import order
from tests.chromium import browser
from tests.commands import Command, runner
from tests.nightly import EXAMPLES_FACTOR, FEWEST_EXAMPLES, NIGHTLY
from tests.scheduling import ByHome

__all__ = ["browser"]  # a fixture: there is one Chromium, so it is made in one place
# Each session of the SDK reads the models of its services anew, which takes longer than most calls; and there are many.
startup.read_once()
# A file's garbage is collected with its last test (below); on the way there it need not be looked for every moment.
startup.collect_seldom()

# A busy machine is no fault of ours, so nothing is judged by its duration. By day the examples are always the same
# ones, so that no change is blamed for what the draw has found; every night looks for new ones.
settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("nightly", settings.get_profile("ci"), derandomize=False, print_blob=True)
settings.load_profile("nightly" if NIGHTLY else "ci")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "nightly: runs in `make test-nightly` alone")
    _hear_interrupts()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests that wait for another process leave theirs idle."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByHome:
    return ByHome(config, log)


def _hear_interrupts() -> None:
    """A shell starts background jobs deaf to Ctrl-C, and deafness is inherited. A handler is not: what tests start
    hears again, while the tests themselves stay as they were started."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    order.arrange(items)
    _scale_examples(items)
    if NIGHTLY:
        return
    late = [item for item in items if item.get_closest_marker("nightly")]
    config.hook.pytest_deselected(items=late)
    items[:] = [item for item in items if item not in late]


def pytest_collection_finish() -> None:
    """Thousands of collected tests are garbage at no time: the collector need not look through them again and again."""
    gc.freeze()


def _scale_examples(items: list[pytest.Item]) -> None:
    """Also of tests with settings of their own, which a profile's number does not reach."""
    tests = {getattr(item, "obj", None): item for item in items}
    for test, item in tests.items():
        if not getattr(test, "is_hypothesis_test", False):
            continue
        if hasattr(test, "_hypothesis_internal_use_settings"):  # as Hypothesis' own pytest plug-in does
            test._hypothesis_internal_use_settings = _scaled(test._hypothesis_internal_use_settings)
        else:  # a state machine, of which Hypothesis makes a class
            machine = item.getparent(pytest.Class).obj
            machine.settings = _scaled(machine.settings)


def _scaled(own: settings) -> settings:
    scaled = max(int(own.max_examples * EXAMPLES_FACTOR), min(own.max_examples, FEWEST_EXAMPLES))
    return settings(own, max_examples=scaled)


@pytest.fixture(scope="module", autouse=True)
def garbage() -> Iterator[None]:
    """What a file's tests left open is found, and reported, with the last of them, not with a later file's test. What
    is still in use then, modules and caches, the next rounds need not look through again."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def moto_as_installed() -> Iterator[None]:
    """A file's tests may correct moto in this process; the next file's tests meet it as they expect it."""
    yield
    moto_patches.undo_all()


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`command("plan", "rest")` runs `shoplib plan rest` in this process."""
    return runner(monkeypatch, capsys)

"""First code of a worker process: prepare the interpreter as Lambda's, then hand over to AWS's bootstrap.

Started as `python -S -s -P bootstrap.py <handler>` with the module search path in LAB_SEARCH_PATH; standard input is
a pipe that the engine holds open, so that the worker ends with the engine however the engine ends. With a second
argument, the path of Node.js, the process becomes a Node worker (bootstrap.cjs); without any, one that forks workers
(fork_server.py).
"""

import _thread
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FOLDER = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120 - pathlib costs 5 ms


def _end_with(engine: int) -> None:
    """Block until the engine's end of the pipe is closed, then end this process and its children at once."""
    while os.read(engine, 1):
        pass
    if os.name == "posix":
        _module_beside("orphans").end_children()
        os.killpg(0, 9)
    os._exit(1)


def _let_the_watcher_end_everything() -> None:
    """The Runtime API went away, so the engine has ended: leave it to the watcher, who ends children too."""
    never_released = _thread.allocate_lock()
    never_released.acquire()
    never_released.acquire(timeout=2)


def _keep_engine_pipe() -> int:
    """Move the pipe away from standard input, which a handler must find empty as in Lambda."""
    engine = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return engine


def _search_path() -> list[str]:
    """Function and layers, then AWS's runtime packages, then the standard library, as Lambda orders them."""
    return [*os.environ.pop("LAB_SEARCH_PATH").split(os.pathsep), *sys.path]


def _builtin_names() -> None:
    """`exit`, `quit` and `help`: the interpreter was started without `site`, which would show the lab's packages."""
    import site

    site.setquit()
    site.sethelper()


def _provide_runtime_client() -> None:
    """AWS's compiled client where it is installed; otherwise the pure-Python one beside this file."""
    from importlib.util import find_spec

    if find_spec("runtime_client") is None:
        sys.modules["runtime_client"] = _module_beside("runtime_client")


def _confine(*also_needed: str) -> None:
    """A /tmp of this environment alone, where the system permits it; otherwise TMPDIR names the private folder.

    Then what the user has besides is out of reach, as far as the system can do it.
    """
    size_mb = int(os.environ.pop("LAB_TMP_MB"))
    packages = os.environ.pop("LAB_PACKAGES")
    search_path = os.environ["LAB_SEARCH_PATH"].split(os.pathsep)
    needed = [packages, sys.prefix, sys.base_prefix, FOLDER, *search_path, *also_needed]
    own, bytecode = [os.environ["TMPDIR"]], _module_beside("bytecode")
    caches = bytecode.find_caches(search_path)
    bytecode.keep_apart(caches)
    _module_beside("orphans").adopt()
    mounts = _module_beside("private_tmp")
    if mounts.enter(size_mb, [*needed, *caches], caches):
        own = ["/tmp", "/proc"] if mounts.hide_processes() else ["/tmp"]
        for name in ("TMPDIR", "TEMP", "TMP"):
            os.environ.pop(name)
        os.environ["HOME"] = "/tmp"
        os.chdir(os.environ["LAMBDA_TASK_ROOT"])
    _module_beside("confinement").enter(os.environ.pop("LAB_HIDDEN").split(os.pathsep), needed, [*own, *caches])


def _module_beside(name: str) -> "Any":
    """The module of that name in this file's folder, which is not on the search path."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(name, os.path.join(FOLDER, f"{name}.py"))  # noqa: PTH118 - pathlib costs 5 ms
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def become_node(handler: str, node: str) -> None:
    _confine(os.path.dirname(node), *os.environ["NODE_PATH"].split(os.pathsep))  # noqa: PTH120
    del os.environ["LAB_SEARCH_PATH"]
    os.execv(node, [node, os.path.join(FOLDER, "bootstrap.cjs"), handler])  # noqa: PTH118


def main(handler: str) -> None:
    _confine()  # before any thread: a process with threads cannot leave the machine's mounts
    _thread.start_new_thread(_end_with, (_keep_engine_pipe(),))
    sys.path[:] = _search_path()
    sys.argv = ["/var/runtime/bootstrap.py"]
    _builtin_names()
    _provide_runtime_client()
    _module_beside("engine_hosts").install()
    # Log records travel framed in the same pipe as prints: a record of several lines stays one log event.
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(os.dup(1))
    from awslambdaric import bootstrap
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    try:
        bootstrap.run(handler, LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))
    except Exception:
        _let_the_watcher_end_everything()
        raise


def fork_workers() -> None:
    standard = sys.path.copy()
    sys.path[:] = _search_path()

    def become(handler: str) -> None:
        sys.path[:] = standard
        main(handler)

    orphans = _module_beside("orphans")
    orphans.adopt()
    _module_beside("fork_server").serve(become, _module_beside("sdk_data").read, orphans)


if __name__ == "__main__":
    kinds = (fork_workers, main, become_node)
    kinds[len(sys.argv) - 1](*sys.argv[1:])

"""First code of a worker process: prepare the interpreter as Lambda's, then hand over to AWS's bootstrap.

Started as `python -S -s -P bootstrap.py <handler>` with the module search path in LAB_SEARCH_PATH; standard input is
a pipe that the engine holds open, so that the worker ends with the engine however the engine ends.
"""

import _thread
import os
import sys


def _end_with(engine: int) -> None:
    """Block until the engine's end of the pipe is closed, then end this process and its children at once."""
    while os.read(engine, 1):
        pass
    if os.name == "posix":
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
    from importlib.util import find_spec, module_from_spec, spec_from_file_location

    if find_spec("runtime_client") is not None:
        return
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "runtime_client.py")  # noqa: PTH118,PTH100,PTH120 - pathlib costs 5 ms
    spec = spec_from_file_location("runtime_client", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["runtime_client"] = module
    spec.loader.exec_module(module)


def main(handler: str) -> None:
    _thread.start_new_thread(_end_with, (_keep_engine_pipe(),))
    sys.path[:] = _search_path()
    sys.argv = ["/var/runtime/bootstrap.py"]
    _builtin_names()
    _provide_runtime_client()
    # Log records travel framed in the same pipe as prints: a record of several lines stays one log event.
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(os.dup(1))
    from awslambdaric import bootstrap
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    try:
        bootstrap.run(handler, LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))
    except Exception:
        _let_the_watcher_end_everything()
        raise


if __name__ == "__main__":
    main(sys.argv[1])

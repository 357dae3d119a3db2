"""Which worker of xdist runs which tests: what shares something slow to start stays together, as long as that pays.

A worker takes whole files, so what a file's tests share is made once. The files of a home share more: one deployed
shop, one engine for the lessons, one Chromium. Whoever begins a home goes on with it; the others do everything else,
and help when nothing else is left.
"""

import re

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

HOMES = ("tests/cloud/shop/", "tests/notebooks/test_lessons_run.py", "tests/browser/")
LESSON = re.compile(r"tests/notebooks/test_lessons_run\.py::.*\[(.+)\]$")
# So many waiting files: fewer are done sooner than another shop is deployed.
WORTH_HELPING = 4


class ByHome(LoadFileScheduling):
    """Lessons are handed out one by one: each of them takes as long as many a file."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._owners: dict[str, WorkerController] = {}

    def _split_scope(self, nodeid: str) -> str:
        lesson = LESSON.match(nodeid)
        return super()._split_scope(nodeid) + (f"[{lesson[1]}]" if lesson else "")

    def _reschedule(self, node: WorkerController) -> None:
        if self.workqueue and self._next(node) is None and not node.shutting_down:
            node.shutdown()  # when it has done what it has: a worker waits to hear what follows its last test
        else:
            super()._reschedule(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        scope = self._next(node) or next(iter(self.workqueue))
        if home := home_of(scope):
            self._owners.setdefault(home, node)
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    def _next(self, node: WorkerController) -> str | None:
        """Of its own home, then of none or of one that nobody has begun, then of another's; None when that is over."""
        places = [(self._distance(node, scope), place, scope) for place, scope in enumerate(self.workqueue)]
        return min((each for each in places if each[0] is not None), default=(0, 0, None))[2]

    def _distance(self, node: WorkerController, scope: str) -> int | None:
        home = home_of(scope)
        owner = self._owners.get(home) if home else None
        if owner is node:
            return 0
        if owner is None or owner not in self.assigned_work:
            return 1
        return 2 if sum(home_of(each) == home for each in self.workqueue) >= WORTH_HELPING else None


def home_of(scope: str) -> str | None:
    return next((home for home in HOMES if scope.startswith(home)), None)

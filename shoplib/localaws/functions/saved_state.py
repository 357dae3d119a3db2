"""What of Lambda is not in moto's backends: the events that wait, and the processes that belong to a state."""

from moto.awslambda.models import lambda_backends

from shoplib.localaws.functions.async_queue import AsyncQueue, QueuedEvent
from shoplib.localaws.functions.credentials import RoleCredentials
from shoplib.localaws.functions.environments import Environments
from shoplib.localaws.functions.provisioned import ProvisionedConcurrency

Events = list[tuple[float, QueuedEvent]]


class LambdaState:
    """`pause` hands out no more asynchronous events until `resume`."""

    def __init__(
        self,
        queue: AsyncQueue,
        environments: Environments,
        credentials: RoleCredentials,
        provisioned: ProvisionedConcurrency,
    ) -> None:
        self._queue, self._environments = queue, environments
        self._credentials, self._provisioned = credentials, provisioned
        self.pause, self.resume = queue.pause, queue.resume

    def state(self) -> Events:
        return self._queue.events()

    def restore(self, state: Events) -> None:
        """Processes are begun anew: their code, their variables and their keys are those of another state."""
        self._environments.retire_all()
        self._credentials.forget()
        self._queue.replace(state)
        for account in list(lambda_backends.values()):
            for backend in list(account.values()):
                self._provisioned.resume(backend)

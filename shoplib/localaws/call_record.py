"""One call that was really made, as whoever saw it reports it."""

from dataclasses import dataclass

CLIENTS = "Clients"
GATEWAY_KEY = "APIGATEWAY-"  # begins the access key with which an API signs; its id follows
MACHINE_KEY = "STATES-"  # begins the access key with which a state machine signs; its ARN follows
EXCERPT = 8 * 1024  # bytes of a payload that are kept


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call. `at` is when it began, in seconds since 1970; `caller` is an ARN, or Clients for whoever is none of the
    account's resources; `resource` is a name in `region`, which is empty for buckets and APIs: their names are unique.

    `operation` is the IAM action that it needs. `ms` is the figure that CloudWatch has of the same call (a function's
    Duration, an API's Latency), None when nothing ran; `waited_ms` what the caller waited besides (a cold start).
    `error` is empty, or AWS's word for the failure. `times` is how many messages, records or entries it carried,
    `failed` how many of them were refused. `links` are the traces of what an event source delivered.
    """

    at: float
    caller: str
    service: str
    operation: str
    resource: str
    ms: float | None
    error: str = ""
    trace: str = ""
    links: tuple[str, ...] = ()
    times: int = 1
    failed: int = 0
    waited_ms: float = 0.0
    region: str = ""
    payload: bytes = b""
    answer: bytes = b""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        return self.caller, self.service, self.operation, self.resource, self.region

    @property
    def size(self) -> int:
        return len(self.payload) + len(self.answer)


def excerpt(body: bytes) -> bytes:
    return body[:EXCERPT]

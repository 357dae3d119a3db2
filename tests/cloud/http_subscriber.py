"""An HTTP endpoint of this machine that subscribes to topics, as somebody's own would."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

Post = tuple[dict[str, str], str]


@dataclass
class Endpoint:
    """`statuses` are its next answers; 200 when there are none. One that `visits` confirms while it is asked."""

    url: str = ""
    visits: bool = False
    statuses: list[int] = field(default_factory=list)
    posts: "queue.Queue[Post]" = field(default_factory=queue.Queue)

    def post(self) -> Post:
        """Headers and body of the next that came."""
        return self.posts.get(timeout=20)

    def message(self) -> dict[str, Any]:
        return dict(json.loads(self.post()[1]))

    def subscribe(self, sns: Any, topic: str, **options: Any) -> str:
        """The ARN of its subscription, which it has confirmed."""
        to_here = {"TopicArn": topic, "Protocol": "http", "Endpoint": self.url, "ReturnSubscriptionArn": True}
        arn = str(sns.subscribe(**to_here, **options)["SubscriptionArn"])
        assert requests.get(self.message()["SubscribeURL"], timeout=5).status_code == 200
        return arn


@contextmanager
def open_endpoint() -> Iterator[Endpoint]:
    subscriber = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status = subscriber.statuses.pop(0) if subscriber.statuses else 200
            if subscriber.visits and status == 200 and self.headers["x-amz-sns-message-type"] != "Notification":
                requests.get(json.loads(body)["SubscribeURL"], timeout=5).raise_for_status()
            subscriber.posts.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        subscriber.url = f"http://127.0.0.1:{server.server_port}/hook"
        yield subscriber
        server.shutdown()

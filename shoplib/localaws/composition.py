"""The composition root: what the engine consists of, in the order in which it starts and ends.

Nothing is imported before it is needed: the core with the first request, API Gateway and CloudFormation (which bring
half a second and 100 MB of moto with them) with the first request that means them.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from shoplib.localaws.ingress.server import WSGI

Environ = dict[str, Any]


class Endpoint(Protocol):
    """A WSGI application that says which requests are its own."""

    def matches(self, environ: Environ) -> bool: ...

    def __call__(self, environ: Environ, start_response: Callable[..., Any], /) -> Any: ...


class Services:
    """moto, corrected, with Lambda and the event sources on top of it. `route` says which application answers."""

    def __init__(self, url: str) -> None:
        from shoplib.localaws import (
            dynamodb,
            engine_clock,
            eventual_reads,
            moto_fixes,
            moto_services,
            queues,
            redrive,
            streams,
            table_feeds,
            trace_propagation,
        )
        from shoplib.localaws.alarms import Alarms
        from shoplib.localaws.apigateway.function_urls import FunctionUrls
        from shoplib.localaws.audit_trail import AuditTrail
        from shoplib.localaws.call_log import CallLogEndpoint, CallRecorder
        from shoplib.localaws.cloud_control import cloud_control
        from shoplib.localaws.cloudformation.at_work import AT_WORK
        from shoplib.localaws.cloudformation.template_check import TemplateCheck
        from shoplib.localaws.event_sources import EventSources, PendingEndpoint
        from shoplib.localaws.fast_path import JsonEndpoint
        from shoplib.localaws.fault_injection import FaultEndpoint, Faults, InvocationFaults, RequestFaults
        from shoplib.localaws.functions import AbsentApi, CodeDownloads, InvokeEndpoint, LambdaService
        from shoplib.localaws.ingress.value_checks import refuse_values
        from shoplib.localaws.log_metrics import LogMetrics
        from shoplib.localaws.mailbox import Mailbox, MailboxEndpoint, MailService
        from shoplib.localaws.metrics import Metrics
        from shoplib.localaws.moto_routes import AwsAlone
        from shoplib.localaws.notifications import Notifications
        from shoplib.localaws.permissions import Permissions
        from shoplib.localaws.schedules import Schedules
        from shoplib.localaws.schema_registries import SchemaRegistries
        from shoplib.localaws.snapshots import Gate, SnapshotEndpoint, Snapshots
        from shoplib.localaws.timetable import Timetable
        from shoplib.localaws.traces import Traces
        from shoplib.localaws.unsupported_operations import refuse_unsupported_operations

        dynamodb.install()
        moto_fixes.install_all()
        for module in (trace_propagation, queues, streams, redrive, table_feeds):
            module.install()
        self._url = url
        self._lambdas = LambdaService(url)
        self._lambdas.install()
        self._call_recorder = CallRecorder(self._lambdas)
        self._lambdas.observers.append(self._call_recorder.observe)
        self._traces = Traces()
        self._traces.install(self._lambdas)
        faults = Faults()
        self._request_faults = RequestFaults(faults, self._is_deployed)
        self._lambdas.execute = InvocationFaults(faults).invoke
        metrics = Metrics(self._lambdas)
        metrics.install()
        metrics.watch(self._call_recorder)
        sources = EventSources(self._lambdas)
        sources.install()
        sources.start()
        pending = PendingEndpoint(sources)
        timetable = Timetable()
        time_to_live, replication = dynamodb.TimeToLive(timetable), dynamodb.Replication(timetable)
        for feature in (time_to_live, replication, dynamodb.Staleness(eventual_reads.seconds())):
            feature.install()
        mailbox = Mailbox(engine_clock.now)
        notifications = Notifications(self._lambdas, timetable, url, mailbox.put_notification)
        alarms = Alarms(metrics, self._lambdas, notifications, timetable)
        schedules = Schedules(notifications, timetable)
        for room in (mailbox, notifications, LogMetrics(), alarms, schedules):
            room.install()
        registries = SchemaRegistries()
        self._permissions = Permissions()
        trail = AuditTrail(self._permissions.principals, self._call_recorder.settle)
        self._call_recorder.observers.append(trail.observe)
        function_urls = FunctionUrls(self._lambdas)
        function_urls.refusal = self._permissions.refusal
        self._deployed: list[Endpoint] = [function_urls]  # these ask themselves whom they serve
        self._endpoints: list[Endpoint] = [
            function_urls,
            streams.Subscriptions(),
            JsonEndpoint(),
            InvokeEndpoint(self._lambdas),
            CodeDownloads(),
            AbsentApi(self._lambdas.provisioned),
            pending,
            CallLogEndpoint(self._call_recorder),
            FaultEndpoint(faults),
            self._permissions.endpoint,
            TemplateCheck(partial(self._open, "cloudformation")),
            registries,
            cloud_control(),
            self._traces.otlp,
            self._traces.endpoint,
            trail.endpoint,
            notifications.addresses,
            MailboxEndpoint(mailbox),
            MailService(mailbox, lambda *request: self._moto(*request)),
        ]
        self._gate = Gate(self._is_work_of_a_function)
        saved: dict[str, Any] = {  # in an order in which nothing is begun by what was paused before
            "stacks": AT_WORK,
            "message move tasks": redrive.TURNS,
            "event sources": sources,
            "functions": self._lambdas.saved,
            "timetable": timetable,
            "deliveries": notifications.deliveries,
            "metrics": metrics,
            "calls": self._call_recorder,
            "traces": self._traces,
            "audit trail": trail,
            "permissions": self._permissions,
            "schema registries": registries,
            "notifications": notifications,
            "mailbox": mailbox,
            "schedules": schedules,
            "alarms": alarms,
            "time to live": time_to_live,
            "replicas": replication,
        }
        self._snapshots = Snapshots(url, self._gate, saved, self._open_service)
        self._endpoints.append(SnapshotEndpoint(self._snapshots, self._is_given_out))
        moto = refuse_values(queues.at_queue_addresses(AwsAlone(self._application)))
        self._moto = refuse_unsupported_operations(moto)
        self._closing: list[Callable[[], None]] = [
            self._lambdas.close,
            faults.close,
            sources.close,
            notifications.close,
            timetable.close,
            self._call_recorder.close,
            self._traces.close,
            self._snapshots.close,  # closed first: it saves what the others have
        ]
        self._opening, self._opened = threading.RLock(), set[str]()
        self._unopened: dict[str, Callable[[], None]] = {
            "apigateway": self._open_gateway,
            "athena": self._open_athena,
            "cloudformation": self._open_stacks,
            "firehose": partial(self._open_delivery_streams, timetable),
            "states": partial(self._open_state_machines, timetable, notifications),
            **{service: partial(moto_services.complete, service) for service in moto_services.SERVICES},
            "cognitoidp": self._open_user_pools,
            "logs": self._open_logs,
            "pipes": partial(self._open_pipes, sources, pending),
        }

    def route(self, environ: Environ) -> WSGI:
        from shoplib.localaws.apigateway.addressing import locate
        from shoplib.localaws.ingress.one_meaning import with_one_meaning
        from shoplib.localaws.request_scope import signed_service
        from shoplib.localaws.streams import in_cbor

        if "apigateway" in self._unopened and locate(environ):
            self._open("apigateway")
        self._open_service(signed_service(environ))  # before IAM looks at it: it may import what is corrected here
        application = next((endpoint for endpoint in self._endpoints if endpoint.matches(environ)), self._moto)
        answering = self._request_faults.around(application)
        if not (is_deployed := application in self._deployed):
            answering = with_one_meaning(self._permissions.around(answering))
        return in_cbor(self._gate.around(self._call_recorder.around(answering), is_deployed=is_deployed))

    def serves_domain(self, environ: Environ) -> bool:
        """Does the request go to an API at a custom domain name?"""
        from shoplib.localaws.apigateway.domains import locate

        return "apigateway" not in self._unopened and locate(environ) is not None

    def _is_deployed(self, environ: Environ) -> bool:
        from shoplib.localaws.apigateway.addressing import locate

        return locate(environ) is not None or self.serves_domain(environ)

    def close(self) -> None:
        for close in reversed(self._closing):
            close()

    def _is_work_of_a_function(self, environ: Environ) -> bool:
        from shoplib.localaws import own_keys
        from shoplib.localaws.request_scope import signature

        signed = signature(environ)
        if signed is None:
            return bool(self._lambdas.function_on(environ.get("HTTP_X_AMZN_TRACE_ID", "")))
        return bool(self._lambdas.function_of(signed.access_key)) or own_keys.is_internal(signed.access_key)

    def _is_given_out(self, key: str) -> bool:
        """Whether IAM or STS gave out the key: to a user, a role or a function."""
        return bool(self._lambdas.function_of(key)) or self._permissions.principals.of(key) is not None

    def _application(self, service: Any) -> Any:
        """moto's own application for a service, made with the service's first request."""
        from moto.moto_server.werkzeug_app import create_backend_app

        self._open("apigateway" if service == "apigatewayv2" else service)
        return create_backend_app(service)

    def _open(self, room: str) -> None:
        if room not in self._opened:
            with self._opening:
                self._unopened.pop(room, lambda: None)()
                self._opened.add(room)

    def _open_service(self, service: str) -> None:
        """By the name of moto's backend, or the one that signatures have."""
        self._open({"apigatewayv2": "apigateway", "cognito-idp": "cognitoidp"}.get(service, service))

    def _install(self, room: Any) -> None:
        room.install()
        self._closing.append(room.close)

    def _open_gateway(self) -> None:
        from shoplib.localaws.apigateway.gateway import Gateway

        gateway = Gateway(self._lambdas, self._url, self._call_recorder.record, self._traces.put)
        gateway.refusal = self._permissions.refusal
        self._deployed.append(gateway)
        self._endpoints[:0] = (gateway, gateway.calls)  # a deployed API's request is its own, whatever headers it sends
        self._closing.append(gateway.close)
        self._snapshots.add("apigateway", gateway)

    def _open_athena(self) -> None:
        from shoplib.localaws.athena import Athena

        self._install(Athena())

    def _open_delivery_streams(self, timetable: Any) -> None:
        from shoplib.localaws.delivery_streams import DeliveryStreams

        streams = DeliveryStreams(timetable, self._lambdas)
        self._install(streams)
        self._snapshots.add("firehose", streams)

    def _open_logs(self) -> None:
        from shoplib.localaws import moto_services
        from shoplib.localaws.log_insights import LogInsights

        moto_services.complete("logs")
        self._install(LogInsights())

    def _open_state_machines(self, timetable: Any, notifications: Any) -> None:
        from shoplib.localaws.state_machines import StateMachines

        machines = StateMachines(timetable, notifications.bus.put, self._traces.put)
        self._endpoints.append(machines.endpoint)
        self._closing.append(machines.close)
        self._snapshots.add("states", machines.saved)

    def _open_user_pools(self) -> None:
        from shoplib.localaws import moto_services, user_pools

        moto_services.complete("cognitoidp")
        user_pools.install(self._lambdas)

    def _open_pipes(self, sources: Any, pending: Any) -> None:
        from shoplib.localaws.pipes import Pipes

        pipes = Pipes(self._lambdas, sources)
        self._install(pipes)
        pipes.start()
        pending.sources.append(pipes)
        self._snapshots.add("pipes", pipes)

    def _open_stacks(self) -> None:
        self._open("ec2")  # before anything else imports EC2
        from shoplib.localaws import cloudformation, moto_services
        from shoplib.localaws.apigateway import resource_types as _gateway_types  # noqa: F401 - importing makes
        from shoplib.localaws.cloudformation import custom, moves
        from shoplib.localaws.functions import cloudformation as _lambda_types  # noqa: F401 - these types known

        for room in ("apigateway", *moto_services.SERVICES):
            self._open(room)
        cloudformation.install()
        self._endpoints.append(custom.CustomResourceEndpoint())
        self._snapshots.on_move = moves.tell_custom_resources

"""One service as its users know it: shopper, website, service, store. APIs and functions are inside the service."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from shoplib.architecture.model import SYNCHRONOUS, Edge, Group, Model, Node, merge_edges
from shoplib.architecture.resource_types import CLIENTS, SERVICE, WEBSITE
from shoplib.architecture.views import contraction
from shoplib.architecture.views.capabilities import STATEMENT, Service
from shoplib.architecture.views.contraction import Interaction, evidence_of
from shoplib.errors import LabError

SHOPPER, SITE, SHOP = "Shopper", "Website", "shop"
STORES = {"AWS::DynamoDB::Table", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance", "AWS::S3::Bucket"}


def view(model: Model, name: str, services: Mapping[str, Service], title: str = "", figure: str = "") -> Model:
    """Draw what happens while a shopper waits for the service `name`. LabError if it serves no API."""
    if name not in services:
        raise LabError(f"service not found: {name}", f"the services are {', '.join(services)}")
    requests = [it for it in contraction.find(model, lambda _: services[name].requests) if it.kind == SYNCHRONOUS]
    answering = _answering_functions(model, name, requests)
    if not answering:
        raise LabError(f"{name} serves no API in {model.source}", "choose a service behind an API there")
    edges = merge_edges((*_requests(model, requests, answering, services), *_stores(model, answering, services[name])))
    source = f"{model.source}, {name}/{STATEMENT}"
    nodes = tuple(_nodes(model, edges, answering, services))
    summary = f"{figure}{services[name].does} Each answer comes back the same way, while the shopper waits."
    return Model(
        title or services[name].title, source, model.resources, (Group(SHOP, "The shop"),), nodes, edges, summary
    )


def _answering_functions(model: Model, name: str, requests: Sequence[Interaction]) -> list[str]:
    """Functions of the service that callers ask, and those that are asked on the way there."""
    own = {node.id for node in model.nodes if contraction.service_of(node) == name}
    functions = [it.target.id for it in requests if it.source.id == model.callers and it.target.id in own]
    functions += [it.target.id for it in requests if it.source.id in functions and it.target.id in own]
    return list(dict.fromkeys(functions))


def _requests(
    model: Model, requests: Sequence[Interaction], answering: Sequence[str], services: Mapping[str, Service]
) -> Iterator[Edge]:
    """The clients of an API are the pages of a website, and shoppers use these; the service may ask others."""
    titles = _titles(model, services)
    for interaction in requests:
        source, target = interaction.source.id, interaction.target.id
        if source == model.callers and target in answering:
            request, *invoked = interaction.evidence
            yield Edge(SHOPPER, SITE, SYNCHRONOUS, ("HTTPS",), (request,))
            yield Edge(
                SITE,
                titles[target],
                SYNCHRONOUS,
                (interaction.target.route or interaction.how,),
                tuple(invoked) or (request,),
            )
        elif source in answering and titles.get(target, titles[source]) != titles[source]:
            yield Edge(titles[source], titles[target], SYNCHRONOUS, (interaction.how,), interaction.evidence)


def _titles(model: Model, services: Mapping[str, Service]) -> dict[str, str]:
    by_service = ((node.id, contraction.service_of(node)) for node in model.nodes)
    return {id: services[name].title for id, name in by_service if name in services}


def _stores(model: Model, answering: Sequence[str], service: Service) -> Iterator[Edge]:
    for edge in model.edges:
        if edge.kind == "call" and edge.source in answering and model.node(edge.target).type in STORES:
            yield Edge(service.title, edge.target, SYNCHRONOUS, edge.verbs, evidence_of(edge))


def _nodes(
    model: Model, edges: Sequence[Edge], answering: Sequence[str], services: Mapping[str, Service]
) -> Iterator[Node]:
    """Whoever an edge touches, once; under a service the functions that answer."""
    yield Node(SHOPPER, CLIENTS, external=True)
    yield Node(SITE, WEBSITE, SHOP)
    titles = _titles(model, services)
    for id in dict.fromkeys(edge.target for edge in edges if edge.target != SITE):
        functions = [function for function in answering if titles[function] == id]
        apis = dict.fromkeys(edge.source for edge in model.edges if edge.kind == "invoke" and edge.target in functions)
        known = id in {node.id for node in model.nodes}
        inside = (*apis, *([f"{len(functions)} functions", *functions] if len(functions) > 1 else functions))
        yield replace(model.node(id), group=SHOP, external=False) if known else Node(id, SERVICE, SHOP, inside)

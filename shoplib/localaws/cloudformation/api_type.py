"""A resource type declared in a few lines: which API calls create, update and delete it, and what it is known by."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from shoplib.localaws import clients
from shoplib.localaws.cloudformation.errors import ResourceFailed, ValidationError
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties, Request, provider_of
from shoplib.localaws.cloudformation.shapes import arguments, known

NOT_FOUND = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist", "EntityNotFound")


@dataclass(frozen=True)
class Context:
    """One resource during one call. `ref` is "" until it is created; `answer` is that of the create call."""

    type: str
    service: str
    request: Request
    properties: Properties
    ref: str = ""
    answer: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str = "") -> Any:
        return clients.client(service or self.service, self.request.account_id, self.request.region)

    def arn(self, resource: str, service: str = "") -> str:
        return f"arn:aws:{service or self.service}:{self.request.region}:{self.request.account_id}:{resource}"


@dataclass(frozen=True)
class Aspect:
    """A property that has an API call of its own. `put(context, value)` gets None when the property was removed."""

    property: str
    put: Callable[[Context, Any], None]


@dataclass(frozen=True)
class ApiType:
    """`ref(context)` names the created resource; `key(context)` are the arguments by which other calls find it.

    - `name`: the property that names it; a name is generated when the template gives none. `exists(context)` says
      whether that name is taken, for APIs whose create call silently overwrites or joins.
    - `shape(properties)`: template properties -> API arguments, where they differ in more than case.
    - `region`: the property that says in which other region the calls are made.
    - `update`: the call that changes it in place, or a function; without one, when a property of `fixed` changes or
      `replaces(before, now)` says so, the resource is replaced. `delete_call` may be a function too.
    """

    service: str
    create_call: str
    ref: Callable[[Context], str]
    delete_call: str | Callable[[Context], None]
    key: Callable[[Context], Properties]
    name: str = ""
    exists: Callable[[Context], bool] | None = None
    shape: Callable[[Properties], Properties] = lambda properties: properties
    update_call: str | Callable[[Context, Properties], None] = ""
    fixed: frozenset[str] = frozenset()
    replaces: Callable[[Properties, Properties], bool] = lambda before, now: False
    attributes: dict[str, Callable[[Context], Any]] = field(default_factory=dict)
    aspects: tuple[Aspect, ...] = ()
    before_delete: Callable[[Context], None] | None = None
    generated: Callable[[Request], str] = lambda request: request.name
    region: str = ""

    def create(self, request: Request) -> PhysicalResource:
        request = self._where_it_is(request)
        properties = self._with_name(request)
        context = Context(request.type, self.service, request, properties)
        if self.name in request.properties and self.exists and self.exists(context):
            raise ResourceFailed(f"{properties[self.name]} already exists")
        client = context.client()
        answer = getattr(client, self.create_call)(**arguments(client, self.create_call, self._direct(properties)))
        created = Context(request.type, self.service, request, properties, answer=answer)
        resource = self._to_physical(
            Context(request.type, self.service, request, properties, self.ref(created), answer)
        )
        self._finish(resource)
        return resource

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        before: Context = current.handle
        request = self._where_it_is(request)
        name = {self.name: before.properties[self.name]} if self.name and self.name not in request.properties else {}
        properties = {**request.properties, **name}
        context = Context(request.type, self.service, request, properties, current.physical_id, before.answer)
        changed = {each for each in {**before.properties, **properties} if _differ(each, before.properties, properties)}
        direct = changed - {aspect.property for aspect in self.aspects}
        if changed & self.fixed or (self.name in changed) or (direct and not self.update_call):
            return None
        if self.replaces(before.properties, properties):
            return None
        if direct:
            self._update(context, before.properties)
        for aspect in self.aspects:
            if aspect.property in changed:
                aspect.put(context, properties.get(aspect.property))
        return self._to_physical(context)

    def delete(self, current: PhysicalResource, request: Request) -> None:
        context: Context = current.handle
        try:
            if self.before_delete:
                self.before_delete(context)
            self._delete(context)
        except ClientError as error:
            if not any(word in error.response["Error"]["Code"] for word in NOT_FOUND):
                raise

    def _delete(self, context: Context) -> None:
        if callable(self.delete_call):
            self.delete_call(context)
            return
        client = context.client()
        getattr(client, self.delete_call)(**arguments(client, self.delete_call, self.key(context)))

    def _finish(self, resource: PhysicalResource) -> None:
        """The properties with calls of their own; when one fails, nothing of the resource may stay behind."""
        context: Context = resource.handle
        try:
            for aspect in self.aspects:
                if aspect.property in context.properties:
                    aspect.put(context, context.properties[aspect.property])
        except Exception:
            self.delete(resource, context.request)
            raise

    def _update(self, context: Context, before: Properties) -> None:
        if callable(self.update_call):
            self.update_call(context, before)
            return
        client, call = context.client(), self.update_call
        values = self._direct(context.properties)
        if call != self.create_call:  # a put call takes all that it took before; an update call its key and less
            values = {**known(client, call, values), **self.key(context)}
        getattr(client, call)(**arguments(client, call, values))

    def _where_it_is(self, request: Request) -> Request:
        return replace(request, region=request.properties.get(self.region) or request.region)

    def _with_name(self, request: Request) -> Properties:
        if self.name and not request.properties.get(self.name):
            return {**request.properties, self.name: self.generated(request)}
        return request.properties

    def _direct(self, properties: Properties) -> Properties:
        own = {aspect.property for aspect in self.aspects}
        return self.shape({name: value for name, value in properties.items() if name not in own})

    def _to_physical(self, context: Context) -> PhysicalResource:
        return PhysicalResource(context.ref, partial(_attribute, context), context)


def _attribute(context: Context, name: str) -> Any:
    """By the type's name, so that a resource can be saved without its type."""
    provider = provider_of(context.type)
    assert isinstance(provider, ApiType)
    if name not in provider.attributes:
        raise ValidationError(
            f"Template error: resource type {context.type} does not support attribute {name} in Fn::GetAtt"
        )
    return provider.attributes[name](context)


def _differ(name: str, before: Properties, after: Properties) -> bool:
    return before.get(name) != after.get(name)


def renamed(**names: str) -> Callable[[Properties], Properties]:
    """A `shape` that renames properties: `renamed(UserPoolName="PoolName")`."""
    return lambda properties: {names.get(name, name): value for name, value in properties.items()}


def by(parameter: str) -> Callable[[Context], Properties]:
    """A `key` of one parameter that takes the Ref."""
    return lambda context: {parameter: context.ref}


def prop(name: str) -> Callable[[Context], str]:
    """The value of a property, as a `ref` or attribute."""
    return lambda context: str(context.properties[name])


def from_answer(*path: str) -> Callable[[Context], Any]:
    """A value of the create call's answer, as a `ref` or attribute."""

    def value(context: Context) -> Any:
        value_at: Any = context.answer
        for part in path:
            value_at = value_at[part]
        return value_at

    return value


def short(limit: int) -> Callable[[Request], str]:
    """Generated names of at most `limit` characters; the random end stays."""
    return lambda request: (
        request.name if len(request.name) <= limit else request.name[: limit - 13] + request.name[-13:]
    )


def succeeds(call: str, **options: Any) -> Callable[[Context], bool]:
    """An `exists` that asks an API call which fails for what does not exist; `options` map argument -> property."""

    def exists(context: Context) -> bool:
        client = context.client()
        try:
            getattr(client, call)(**{name: context.properties[value] for name, value in options.items()})
        except ClientError:
            return False
        return True

    return exists


def tag_map(tags: Any) -> dict[str, str]:
    """[{Key, Value}] -> {key: value}, the form that some APIs take."""
    return tags if isinstance(tags, dict) else {tag["Key"]: str(tag["Value"]) for tag in tags or []}

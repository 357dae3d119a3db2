"""Registries, their schemas, and each schema's versions."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from shoplib.localaws import engine_clock
from shoplib.localaws.ingress.refusals import Refusal


@dataclass(frozen=True)
class Version:
    number: int
    content: str
    kind: str
    created: datetime

    @property
    def digest(self) -> str:
        return sha256(self.content.encode()).hexdigest()


@dataclass
class Schema:
    name: str
    description: str
    tags: dict[str, str]
    versions: list[Version] = field(default_factory=list)
    last_number: int = 0

    def add(self, content: str, kind: str) -> Version:
        """The version of this content, a new one unless the newest is the same."""
        if self.versions and (self.versions[-1].content, self.versions[-1].kind) == (content, kind):
            return self.versions[-1]
        self.last_number += 1
        self.versions.append(Version(self.last_number, content, kind, now()))
        return self.versions[-1]

    def version(self, number: str | None) -> Version:
        """The newest when no number is said."""
        for version in reversed(self.versions):
            if number in (None, str(version.number)):
                return version
        raise not_found(f"Version {number} of schema {self.name}")

    def delete(self, number: str) -> None:
        self.versions.remove(self.version(number))


@dataclass
class Registry:
    name: str
    arn: str
    description: str
    tags: dict[str, str]
    schemas: dict[str, Schema] = field(default_factory=dict)

    def schema(self, name: str) -> Schema:
        if name not in self.schemas:
            raise not_found(f"Schema with name {name}")
        return self.schemas[name]

    def add(self, schema: Schema) -> Schema:
        if schema.name in self.schemas:
            raise Refusal("ConflictException", f"Schema with name {schema.name} already exists.", 409)
        self.schemas[schema.name] = schema
        return schema


def now() -> datetime:
    return datetime.fromtimestamp(engine_clock.now(), UTC)


def not_found(what: str) -> Refusal:
    return Refusal("NotFoundException", f"{what} does not exist.", 404)

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    reviews_table_name: str


@dataclass(frozen=True)
class CatalogConfig:
    prices_function_name: str


@dataclass(frozen=True)
class RelatedConfig:
    related_lookup_function_name: str


@dataclass(frozen=True)
class MembersConfig:
    members_function_name: str

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    wishlist_table_name: str


@dataclass(frozen=True)
class CatalogConfig:
    prices_function_name: str


@dataclass(frozen=True)
class StockConfig:
    stock_levels_function_name: str


@dataclass(frozen=True)
class MembersConfig:
    members_function_name: str


@dataclass(frozen=True)
class StreamConfig:
    event_stream_name: str

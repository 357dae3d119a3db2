from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    content_table_name: str


@dataclass(frozen=True)
class MembersConfig:
    members_function_name: str


@dataclass(frozen=True)
class PricesConfig:
    prices_function_name: str


@dataclass(frozen=True)
class FeedConfig:
    shop_api_url: str
    checkout_api_url: str

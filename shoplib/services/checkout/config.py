from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    checkout_table_name: str


@dataclass(frozen=True)
class CartsConfig:
    shop_api_url: str


@dataclass(frozen=True)
class PaymentsConfig:
    payments_function_name: str


@dataclass(frozen=True)
class PricingConfig:
    quote_function_name: str


@dataclass(frozen=True)
class PromotionsConfig:
    promotion_uses_function_name: str


@dataclass(frozen=True)
class ProfilesConfig:
    profile_entries_function_name: str


@dataclass(frozen=True)
class QueueConfig:
    orders_queue_url: str


@dataclass(frozen=True)
class StreamConfig:
    event_stream_name: str

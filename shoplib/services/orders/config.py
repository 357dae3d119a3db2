from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    orders_table_name: str


@dataclass(frozen=True)
class StockConfig:
    stock_table_name: str


@dataclass(frozen=True)
class FulfilmentConfig:
    reservations_table_name: str
    orders_queue_url: str


@dataclass(frozen=True)
class StreamConfig:
    event_stream_name: str


@dataclass(frozen=True)
class ChangesConfig:
    order_changes_topic_arn: str

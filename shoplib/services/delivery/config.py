from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    parcels_table_name: str


@dataclass(frozen=True)
class OrdersConfig:
    order_address_function_name: str


@dataclass(frozen=True)
class TopicConfig:
    delivery_changes_topic_arn: str

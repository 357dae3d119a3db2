from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    orders_table_name: str


@dataclass(frozen=True)
class QueueConfig:
    orders_queue_url: str


@dataclass(frozen=True)
class InventoryConfig:
    reserve_stock_function_name: str
    release_stock_function_name: str


@dataclass(frozen=True)
class PaymentsConfig:
    payments_function_name: str


@dataclass(frozen=True)
class MembersConfig:
    shop_api_url: str


@dataclass(frozen=True)
class StaffConfig:
    members_function_name: str


@dataclass(frozen=True)
class DeletionsConfig:
    deleted_accounts_table_name: str


@dataclass(frozen=True)
class StreamConfig:
    event_stream_name: str


@dataclass(frozen=True)
class ChangesConfig:
    order_changes_topic_arn: str

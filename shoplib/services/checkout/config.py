from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    checkout_table_name: str
    orders_queue_url: str
    shop_api_url: str
    event_stream_name: str

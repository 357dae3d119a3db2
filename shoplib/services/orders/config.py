from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    orders_table_name: str
    stock_table_name: str
    reservations_table_name: str
    orders_queue_url: str
    event_stream_name: str

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    cart_table_name: str
    prices_function_name: str


@dataclass(frozen=True)
class StreamConfig:
    event_stream_name: str

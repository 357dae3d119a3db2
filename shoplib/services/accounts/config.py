from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    accounts_table_name: str
    event_stream_name: str
    password_hash_passes: int
    passwords_at_once: int

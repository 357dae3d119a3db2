from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    accounts_table_name: str


@dataclass(frozen=True)
class PasswordConfig:
    password_hash_passes: int


@dataclass(frozen=True)
class PlacesConfig:
    passwords_at_once: int


@dataclass(frozen=True)
class ChangesConfig:
    account_changes_topic_arn: str


@dataclass(frozen=True)
class StreamConfig:
    event_stream_name: str


@dataclass(frozen=True)
class MailConfig:
    sender_address: str

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    messages_table_name: str


@dataclass(frozen=True)
class MailConfig:
    sender_address: str

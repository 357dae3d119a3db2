from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    support_table_name: str


@dataclass(frozen=True)
class TicketsConfig:
    tickets_per_hour: int


@dataclass(frozen=True)
class ChatsConfig:
    chats_per_hour: int


@dataclass(frozen=True)
class MembersConfig:
    members_function_name: str


@dataclass(frozen=True)
class MailConfig:
    sender_address: str


@dataclass(frozen=True)
class SocketConfig:
    connections_endpoint: str


@dataclass(frozen=True)
class OrdersConfig:
    checkout_api_url: str

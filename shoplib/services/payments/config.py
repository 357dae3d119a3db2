from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    payments_table_name: str


@dataclass(frozen=True)
class HoldConfig:
    hold_days: int


@dataclass(frozen=True)
class ProviderConfig:
    provider_api_url: str
    provider_key_arn: str

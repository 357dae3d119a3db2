from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    promotions_table_name: str


@dataclass(frozen=True)
class ShopConfig:
    shop_api_url: str
    prices_function_name: str

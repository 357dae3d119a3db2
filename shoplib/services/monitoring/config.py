from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    shop_api_url: str
    checkout_api_url: str
    pricing_api_url: str
    delivery_api_url: str
    support_api_url: str
    content_api_url: str
    reviews_api_url: str
    wishlist_api_url: str

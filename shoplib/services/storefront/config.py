from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    site_bucket_name: str


@dataclass(frozen=True)
class ContentConfig:
    import_content_function_name: str

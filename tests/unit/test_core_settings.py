from dataclasses import dataclass

import pytest

from shoplib.core import checks, config, errors, http


@dataclass(frozen=True)
class Settings:
    table_name: str
    retries: int = 3


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    config.load.cache_clear()
    monkeypatch.setenv("TABLE_NAME", "products")
    monkeypatch.setenv("RETRIES", "5")
    assert config.load(Settings) == Settings("products", 5)
    assert config.variables(Settings) == ["TABLE_NAME", "RETRIES"]


@pytest.mark.parametrize(
    ("environment", "message"),
    [({}, "TABLE_NAME is not set. Add it to"), ({"TABLE_NAME": "t", "RETRIES": "many"}, "RETRIES is 'many'")],
)
def test_a_wrong_environment_is_named(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], message: str):
    config.load.cache_clear()
    for name in ("TABLE_NAME", "RETRIES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(config.MissingVariable, match=message):
        config.load(Settings)


def test_every_error_of_the_shop_has_a_status():
    assert set(http.STATUS) == set(errors.ShopError.__subclasses__())
    assert all(400 <= status <= 503 for status in http.STATUS.values())


@pytest.mark.parametrize("text", ["", None, "{", "[]", '"text"', "1", '{"a": NaN}', "[" * 100_000, b"\xff{}"])
def test_a_body_that_is_no_json_object_is_the_clients_mistake(text: str | bytes | None):
    with pytest.raises(errors.InvalidRequest) as caught:
        checks.json_object(text)
    assert caught.value.code == "malformed_json"


@pytest.mark.parametrize("value", [None, 5, "", "  ", "x" * 201, "a\nb", "a\x00b", "\ud800"])
def test_a_text_must_be_printable_and_of_a_sensible_length(value: object):
    with pytest.raises(errors.InvalidRequest, match="name must"):
        checks.text({"name": value}, "name")


@pytest.mark.parametrize("value", [None, True, 1.0, "1", 0, 100])
def test_a_quantity_must_be_a_whole_number_within_bounds(value: object):
    with pytest.raises(errors.InvalidRequest, match="quantity must be a whole number from 1 to 99"):
        checks.integer({"quantity": value}, "quantity", low=1, high=99)


@pytest.mark.parametrize("value", [None, "gbp", "GB", "ÄÖÜ", 826])
def test_a_currency_is_three_capital_letters(value: object):
    with pytest.raises(errors.InvalidRequest, match="currency must be a code"):
        checks.currency({"currency": value})

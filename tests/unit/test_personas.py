"""Shoppers decide by seed alone."""

from shoplib.shoppers import personas, seed, visits


def test_the_same_seed_makes_the_same_journeys():
    assert list(visits.journeys(50, 7)) == list(visits.journeys(50, 7))


def test_another_seed_makes_others():
    assert list(visits.journeys(50, 7)) != list(visits.journeys(50, 8))


def test_more_sessions_do_not_change_the_first_ones():
    assert list(visits.journeys(80, 7))[:50] == list(visits.journeys(50, 7))


def test_all_kinds_of_shoppers_come():
    crowd = list(visits.journeys(400, 1))
    assert {journey.device for journey in crowd} == set(personas.DEVICES)
    assert any(journey.signs_in and journey.checks_out for journey in crowd)
    assert {journey.has_account for journey in crowd if journey.signs_in} == {True, False}
    assert {journey.campaign for journey in crowd} == {None, *personas.CAMPAIGNS.values()}
    assert any(journey.card == "tok_declined" and journey.checks_out for journey in crowd)
    assert any(item.taken_out for journey in crowd for item in journey.items)
    assert any(journey.items and not journey.checks_out for journey in crowd)


def test_nobody_checks_out_an_empty_cart():
    for journey in visits.journeys(400, 1):
        assert not journey.checks_out or any(not item.taken_out for item in journey.items)


def test_the_catalog_is_well_formed():
    products = seed.catalog()
    assert len({product["product_id"] for product in products}) == len(products) == 64
    assert all(isinstance(product["price_minor"], int) and product["price_minor"] > 0 for product in products)

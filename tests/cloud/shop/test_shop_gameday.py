"""The game day: a script that knows the answers mends the shop, one that does nothing does not; the score says so."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shoplib import architecture, gameday
from shoplib.errors import LabError
from tests.cloud.lambda_room import eventually
from tests.cloud.shop.conftest import Shop
from tests.commands import Command, assert_refused
from tests.nightly import sized

SECONDS = 60.0
PATIENCE_SECONDS = 120.0


class Afternoon:
    """A clock that goes on when somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def game(shop: Shop, tmp_path: Path) -> Iterator[gameday.GameDay]:
    clock = Afternoon()
    yield gameday.GameDay(shop.lab.target, gameday.Board(tmp_path / "game.json"), clock, clock.wait)
    assert shop.lab.faults() == [], "a game left a fault behind"


def played(game: gameday.GameDay, player: Callable[[gameday.Game], None], seed: int = 1) -> gameday.Score:
    game.begin(seed, SECONDS)
    return gameday.score(game.run(player))


def one_who_knows(game: gameday.GameDay) -> Callable[[gameday.Game], None]:
    def look(state: gameday.Game) -> None:
        for case in state.open_cases:
            resource = case.incident.resources[0]
            assert game.detect(resource.lower())
            assert game.mend(resource, case.incident.cause)

    return look


@pytest.mark.parametrize("seed", sized([1, 2, 3], [1]))
def test_who_knows_the_answers_gets_nearly_all_points(game: gameday.GameDay, seed: int) -> None:
    result = played(game, one_who_knows(game), seed)
    assert [row.to_mend is not None for row in result.rows] == [True] * 5
    assert result.points >= 0.95 * result.most == 475
    assert result.mean_to_detect is not None and result.mean_to_detect <= 1


def test_who_does_nothing_gets_none_and_the_shop_is_whole_again(game: gameday.GameDay) -> None:
    """All five are there at the end, at once, each striking what it names."""
    most: list[int] = []
    result = played(game, lambda state: most.append(len(state.open_cases)))
    assert max(most) == 5
    assert [(row.to_detect, row.to_mend) for row in result.rows] == [(None, None)] * 5
    assert (result.points, result.most, result.mean_to_mend) == (0, 500, None)


def test_a_fault_is_felt_until_it_is_mended(game: gameday.GameDay, shop: Shop) -> None:
    answers: list[int] = []

    def checkout() -> int:
        return shop.checkout("POST", "/checkout", {"cart_id": "none"}).status_code

    def player(state: gameday.Game) -> None:
        if any(case.name == "nobody can pay" for case in state.open_cases):
            answers.append(checkout())
            assert game.mend("CheckoutFunction", "answer")
            answers.append(checkout())

    played(game, player)
    assert answers[0] == 500
    assert 400 <= answers[1] < 500  # the shop's own word for such a request


def test_half_the_time_costs_half_the_points_and_a_wrong_answer_some(game: gameday.GameDay) -> None:
    def player(state: gameday.Game) -> None:
        for case in state.open_cases:
            if game.clock() - (case.begun or 0) >= SECONDS / 10:
                assert not game.mend(
                    case.incident.resources[0], "errors" if case.incident.cause != "errors" else "delay"
                )
                assert game.mend(case.incident.resources[0], case.incident.cause)

    result = played(game, player)
    assert result.wrong == 5
    assert 0.4 * result.most < result.points + 5 * 5 <= 0.5 * result.most


def test_who_removes_the_fault_by_hand_has_mended_it(game: gameday.GameDay, shop: Shop) -> None:
    from shoplib import provision

    result = played(game, lambda state: provision.remove_faults(shop.lab.target) and None)
    assert all(row.to_mend is not None for row in result.rows)


def test_the_same_seed_is_the_same_afternoon() -> None:
    assert gameday.afternoon(7, 600) == gameday.afternoon(7, 600) != gameday.afternoon(8, 600)
    moments = [begins for begins, _ in gameday.afternoon(7, 600)]
    assert moments == sorted(moments)
    assert {incident.name for _, incident in gameday.afternoon(7, 600)} == {each.name for each in gameday.incidents()}


def test_every_answer_and_every_sign_is_of_the_shop() -> None:
    model = architecture.from_patterns().model
    ways = {(edge.source, edge.target) for edge in model.edges}
    alarms = {badge.text for node in model.nodes for badge in node.badges}
    for incident in gameday.incidents():
        assert all(model.has(resource) for resource in incident.resources)
        assert set(re.findall(r"\w+Alarm", incident.signs)) <= alarms
        assert set(re.findall(r"arrow from (\w+) to (\w+)", incident.signs)) <= ways
        assert not incident.principal or incident.principal in incident.resources


@pytest.mark.nightly
@pytest.mark.timeout(1200)
def test_the_alarms_that_are_signs_ring(shop: Shop, tmp_path: Path) -> None:
    """A whole afternoon of minutes, with customers: whoever waits for the alarm of a fault hears it, and mends."""
    from shoplib.shoppers import seed

    seed.fill_the_shelves(shop.lab)
    game, heard = gameday.GameDay(shop.lab.target, gameday.Board(tmp_path / "game.json")), set()

    def player(state: gameday.Game) -> None:
        pages = shop.lab.client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
        ringing = " ".join(alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"])
        for case in state.open_cases:
            sign = re.match(r"\w+Alarm", case.incident.signs)
            if sign is None or sign[0] in ringing:
                heard.add(case.name)
                assert game.mend(case.incident.resources[0], case.incident.cause)

    game.begin(7, 600)
    with gameday.coming(shop.lab, game.board, 7):
        result = gameday.score(game.run(player))
    assert heard == {incident.name for incident in gameday.incidents()}
    assert result.served > 0 and all(row.to_mend is not None for row in result.rows)


def test_customers_come_and_are_counted(game: gameday.GameDay, shop: Shop) -> None:
    from shoplib.shoppers import seed

    seed.fill_the_shelves(shop.lab)
    game.begin(1, SECONDS)
    with gameday.coming(shop.lab, game.board, 1):
        eventually(lambda: game.board.read().served >= 2, PATIENCE_SECONDS)


def test_the_commands_say_how_it_stands_and_judge(game: gameday.GameDay, shop: Shop, command: Command) -> None:
    gone = command("gameday", "score")
    assert_refused(gone, "no game day found", "shoplib gameday run")
    done = command("gameday", "run", "--minutes", "0.02", "--no-customers", "--json").json
    assert (done["points"], done["mean_to_mend"]) == (0, None)
    assert_refused(command("gameday", "detect", "CartFunction"), "the game day is over")
    assert command("gameday", "status", "--json").json["mended"] == 0
    with pytest.raises(LabError, match="no game day found"):
        gameday.Board(game.board.path).read()

"""Customers of a game: simulated shoppers who arrive one by one, and leave if the shop fails."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

import requests

from shoplib.errors import LabError
from shoplib.gameday.board import Board
from shoplib.shoppers.visits import Endpoints, Visit, journeys

if TYPE_CHECKING:
    from shoplib.lab import Lab

AT_ONCE, IN_A_ROUND = 3, 60
PAUSE_SECONDS = 0.5


@contextmanager
def coming(lab: "Lab", board: Board, seed: int) -> Iterator[None]:
    """Context manager: customers arrive while the block runs; the board counts them."""
    stop, endpoints = threading.Event(), Endpoints.of(lab)
    threads = [
        threading.Thread(target=_queue, args=(endpoints, board, seed * AT_ONCE + number, stop), daemon=True)
        for number in range(AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _queue(endpoints: Endpoints, board: Board, seed: int, stop: threading.Event) -> None:
    for number in count():
        for journey in journeys(IN_A_ROUND, seed + number * AT_ONCE):
            if stop.wait(PAUSE_SECONDS):
                return
            served = _is_served(Visit(endpoints, journey, f"game-{seed}-{number}"))
            with board.change() as game:
                game.served += served
                game.lost += not served


def _is_served(visit: Visit) -> bool:
    """Whether the visit succeeds; after an unexpected response the customer is lost."""
    try:
        visit.walk()
        return True
    except (LabError, requests.RequestException):
        return False

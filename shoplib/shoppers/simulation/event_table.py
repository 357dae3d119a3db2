"""From steps to the events that report them: a table of the lake's columns."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.core import events, lake
from shoplib.shoppers.personas import AGENTS
from shoplib.shoppers.simulation import dice, texts, world
from shoplib.shoppers.simulation.people import Flags, Numbers, Visits
from shoplib.shoppers.simulation.walks import Steps, is_fast
from shoplib.shoppers.simulation.world import World

ROBOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"
SHARDS = 4
COPIES = 10  # sequence numbers between two steps, for records that repeat one


def table(town: World, these: Visits, steps: Steps) -> pa.Table:
    """One row per step, in the order of steps: columns of `lake.SCHEMA`, arrived seconds after they happened."""
    maker = _ColumnMaker(town, these, steps)
    columns = [maker.column(name) for name in lake.SCHEMA.names]
    return pa.Table.from_arrays(columns, schema=lake.SCHEMA)


def event_keys(town: World, these: Visits, steps: Steps) -> dice.Keys:
    """64 bits for each step, the same whatever it is generated with."""
    return dice.bits(_base(town, "event", these)[steps.visit], steps.slot)


def _base(town: World, name: str, these: Visits) -> dice.Keys:
    return dice.bits(dice.bits(dice.key(town.seed, name), these.day), these.place)


class _ColumnMaker:
    def __init__(self, town: World, these: Visits, steps: Steps) -> None:
        self.town, self.these, self.steps = town, these, steps
        self.keys = event_keys(town, these, steps)
        self.priced = steps.product >= 0
        self.sold = steps.line > 0

    def column(self, name: str) -> pa.Array:
        make = getattr(self, f"_{name}", None)
        return make() if make else pa.nulls(len(self.steps), lake.SCHEMA.field(name).type)

    def _event_id(self) -> pa.Array:
        return texts.uuids(self.keys, dice.bits(self.keys, self.steps.slot))

    def _event_time(self) -> pa.Array:
        return pa.array(self.steps.t).cast(lake.MOMENT)

    def _event_name(self) -> pa.Array:
        return pa.array(events.NAMES).take(pa.array(self.steps.code))

    def _schema_version(self) -> pa.Array:
        return self._all(events.SCHEMA_VERSION, pa.int32())

    def _user_id(self) -> pa.Array:
        people = texts.prefix_keys("user-", self.these.person).take(pa.array(self.steps.visit))
        return _where(self.steps.signed_in, people)

    def _anonymous_id(self) -> pa.Array:
        return texts.prefix_keys("visitor-", self.these.person).take(pa.array(self.steps.visit))

    def _session_id(self) -> pa.Array:
        base = _base(self.town, "session", self.these)
        return texts.uuids(base, dice.bits(base, np.zeros(len(base)))).take(pa.array(self.steps.visit))

    def _device(self) -> pa.Array:
        return self._of_visit(world.DEVICES, self.these.device)

    def _source(self) -> pa.Array:
        return self._of_visit([source for source, *_ in world.SOURCES], self.these.source)

    def _medium(self) -> pa.Array:
        return self._of_visit([medium for _, medium, _ in world.SOURCES], self.these.source)

    def _campaign(self) -> pa.Array:
        return self._of_visit([campaign for *_, campaign in world.SOURCES], self.these.source)

    def _country(self) -> pa.Array:
        return self._of_visit(world.COUNTRIES, self.these.country)

    def _channel(self) -> pa.Array:
        return self._all("web", pa.string())

    def _product_id(self) -> pa.Array:
        return self._of_product("product_id")

    def _product_name(self) -> pa.Array:
        return self._of_product("name")

    def _category(self) -> pa.Array:
        return self._of_product("category")

    def _price_minor(self) -> pa.Array:
        return _where(self.priced, _amounts(self.town.prices[np.maximum(self.steps.product, 0)]))

    def _value_minor(self) -> pa.Array:
        return _where(self.sold, _amounts(self.steps.values(self.town)))

    def _quantity(self) -> pa.Array:
        return _where(self.steps.quantity > 0, pa.array(self.steps.quantity).cast(pa.int32()))

    def _currency(self) -> pa.Array:
        return _where(self.priced, self._all("GBP", pa.string()))

    def _order_id(self) -> pa.Array:
        base = _base(self.town, "order", self.these)
        orders = texts.uuids(base, dice.bits(base, np.zeros(len(base)))).take(pa.array(self.steps.visit))
        return _where(self.sold, orders)

    def _order_line(self) -> pa.Array:
        return _where(self.sold, pa.array(self.steps.line).cast(pa.int32()))

    def _experiment(self) -> pa.Array:
        return self._all(world.EXPERIMENT, pa.string())

    def _variant(self) -> pa.Array:
        return self._of_visit(world.VARIANTS, self.these.variant)

    def _user_agent(self) -> pa.Array:
        agents = [AGENTS[device] for device in world.DEVICES]
        declared_bots = self.these.bot & ~is_fast(self.these)
        return self._of_visit([*agents, ROBOT], np.where(declared_bots, len(agents), self.these.device))

    def _ingest_time(self) -> pa.Array:
        waits = 200_000 + (dice.uniform(self.keys, np.full(len(self.keys), dice.key("arrive"))) * 4.8e6).astype(
            np.int64
        )
        return pa.array(self.steps.t + waits).cast(lake.MOMENT)

    def _shard_id(self) -> pa.Array:
        shards = [f"shardId-{number:012d}" for number in range(SHARDS)]
        return self._of_visit(shards, (self.these.person % np.uint64(SHARDS)).astype(np.int64))

    def _sequence_number(self) -> pa.Array:
        visit, slot = self.steps.visit, self.steps.slot
        number = ((self.these.day + 1)[visit] * 10**10 + self.these.place[visit] * 10**3 + slot) * COPIES
        return sequence_numbers(number)

    def _of_visit(self, values: Any, index: Numbers) -> pa.Array:
        return pa.array(values, pa.string()).take(pa.array(index[self.steps.visit]))

    def _of_product(self, name: str) -> pa.Array:
        values = pa.array([product[name] for product in self.town.products], pa.string())
        return values.take(pa.array(self.steps.product, mask=~self.priced))

    def _all(self, value: Any, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), len(self.steps))


def sequence_numbers(numbers: Numbers) -> pa.Array:
    """As Kinesis writes them: 56 digits."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 56, "0")


def _where(there: Flags, values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(there), values, pa.scalar(None, values.type))


def _amounts(thousandths: npt.NDArray[np.int64]) -> pa.Array:
    """The lake's decimals count thousandths: each is 16 bytes, the lower half first."""
    halves = np.stack([thousandths, thousandths >> 63], axis=1)
    return pa.Array.from_buffers(lake.AMOUNT, len(thousandths), [None, pa.py_buffer(np.ascontiguousarray(halves))])

"""Step Functions: which resources the tasks of a state machine use."""

from collections.abc import Iterator

from shoplib.architecture.model import Edge
from shoplib.architecture.reading.world import World

PARTS = ("Definition", "DefinitionString", "DefinitionSubstitutions")


def edges(world: World) -> Iterator[Edge]:
    for machine in world.of_type("AWS::StepFunctions::StateMachine"):
        for part in PARTS:
            for target in world.targets(machine.properties.get(part)):
                yield Edge(machine.id, target, "invoke", ("task",), (f"{machine.id}.{part}",))

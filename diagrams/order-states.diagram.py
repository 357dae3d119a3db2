# ruff: noqa
# fmt: off
"""The states of an order. Made from orders/states.py, model 0ca5ae07; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.programming.flowchart import StartEnd


class Picture(Diagram):
    """Draws with the Graphviz inside the pygraphviz wheel where it is installed, else with the system's `dot`."""

    def render(self):
        try:
            from pygraphviz import AGraph
        except ImportError:
            super().render()
        else:
            self.dot.save()
            drawn = AGraph(string=self.dot.source).draw(format=self.outformat, prog="dot")
            Path(f"{self.filename}.{self.outformat}").write_bytes(drawn)


nodes = {"width": "2.2"}
attributes = {"splines": "spline", "pad": "0.4", "labelloc": "t", "nodesep": "0.5", "ranksep": "1.1"}
with Picture('The states of an order', filename="order-states-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    with Cluster('The states of an order'):
        n_placed = StartEnd('placed\nwhere it begins', nodeid='placed')
        n_confirmed = StartEnd('confirmed', nodeid='confirmed')
        n_backordered = StartEnd('backordered', nodeid='backordered')
        n_rejected = StartEnd('rejected\nwhere it ends', nodeid='rejected')
        n_cancelled = StartEnd('cancelled\nwhere it ends', nodeid='cancelled')
        n_packed = StartEnd('packed', nodeid='packed')
        n_shipped = StartEnd('shipped', nodeid='shipped')
        n_delivered = StartEnd('delivered', nodeid='delivered')
        n_return_requested = StartEnd('return_requested', nodeid='return_requested')
        n_refunded = StartEnd('refunded', nodeid='refunded')
        n_returned = StartEnd('returned', nodeid='returned')
    n_placed >> Edge(label='confirm (shop)') >> n_confirmed
    n_placed >> Edge(label='wait (shop)') >> n_backordered
    n_placed >> Edge(label='reject (shop)') >> n_rejected
    n_placed >> Edge(label='cancel (buyer)') >> n_cancelled
    n_backordered >> Edge(label='confirm (shop)') >> n_confirmed
    n_backordered >> Edge(label='reject (shop)') >> n_rejected
    n_backordered >> Edge(label='cancel (buyer)') >> n_cancelled
    n_confirmed >> Edge(label='cancel (buyer)') >> n_cancelled
    n_confirmed >> Edge(label='pack (back office)') >> n_packed
    n_packed >> Edge(label='ship (carrier)') >> n_shipped
    n_shipped >> Edge(label='deliver (carrier)') >> n_delivered
    n_delivered >> Edge(label='request return (buyer)') >> n_return_requested
    n_refunded >> Edge(label='request return (buyer)') >> n_return_requested
    n_return_requested >> Edge(label='receive return (back office)') >> n_returned
    n_return_requested >> Edge(label='reject return (back office)') >> n_delivered
    n_returned >> Edge(label='refund (shop)') >> n_refunded

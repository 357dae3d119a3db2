# ruff: noqa
# fmt: off
"""Login and registration. Made from rest/template.yaml, accounts/service.toml, model fd304cb3; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.general import Client, Users


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
with Picture('Login and registration', filename="login-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Shopper = Users('Shopper', nodeid='Shopper')
    with Cluster('The shop'):
        n_Website = Client('Website', nodeid='Website')
        n_Accounts = Lambda('Accounts\nShopApi', nodeid='Accounts')
        n_AccountsTable = Dynamodb('AccountsTable\nkey pk', nodeid='AccountsTable')
    n_Shopper >> Edge(label='HTTPS') >> n_Website
    n_Website >> Edge(label='19 routes') >> n_Accounts
    n_Accounts >> Edge(label='Get Put Update Delete ConditionCheck') >> n_AccountsTable

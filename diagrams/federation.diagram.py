# ruff: noqa
# fmt: off
"""Federation. Made from federation/template.yaml, model 35b96aed; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.general import Users
from diagrams.aws.network import APIGateway
from diagrams.aws.security import KeyManagementService


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
with Picture('Federation', filename="federation-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_AccountsTableName = Dynamodb('AccountsTableName\nmade elsewhere', nodeid='AccountsTableName')
    with Cluster('Federation'):
        n_CodesTable = Dynamodb('CodesTable\nkey code', nodeid='CodesTable')
        n_SigningKey = KeyManagementService('SigningKey', nodeid='SigningKey')
        n_FederationFunction = Lambda('FederationFunction\n512 MB', nodeid='FederationFunction')
        n_IdentityFunction = Lambda('IdentityFunction\n512 MB', nodeid='IdentityFunction')
        n_FederationApi = APIGateway('FederationApi\nHTTP', nodeid='FederationApi')
        n_IdentityApi = APIGateway('IdentityApi\nHTTP', nodeid='IdentityApi')
    n_FederationApi >> Edge(label='POST /sessions') >> n_FederationFunction
    n_FederationApi >> Edge(label='authorizes') >> n_IdentityApi
    n_IdentityApi >> Edge(label='5 routes') >> n_IdentityFunction
    n_Clients >> Edge(label='HTTPS') >> n_FederationApi
    n_Clients >> Edge(label='HTTPS') >> n_IdentityApi
    n_FederationFunction >> Edge(label='Get Put Update') >> n_AccountsTableName
    n_IdentityFunction >> Edge(label='Put Delete') >> n_CodesTable

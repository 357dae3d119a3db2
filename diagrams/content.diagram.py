# ruff: noqa
# fmt: off
"""Content. Made from content/template.yaml, model 1e61bb83; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.general import Users
from diagrams.aws.network import APIGateway


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
with Picture('Content', filename="content-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_ShopApiUrl = APIGateway('ShopApiUrl\nmade elsewhere', nodeid='ShopApiUrl')
    n_CheckoutApiUrl = APIGateway('CheckoutApiUrl\nmade elsewhere', nodeid='CheckoutApiUrl')
    n_MembersFunctionName = Lambda('MembersFunctionName\nmade elsewhere', nodeid='MembersFunctionName')
    n_PricesFunctionName = Lambda('PricesFunctionName\nmade elsewhere', nodeid='PricesFunctionName')
    with Cluster('Content'):
        n_ContentTable = Dynamodb('ContentTable\nkey pk + sk', nodeid='ContentTable')
        n_ContentFunction = Lambda('ContentFunction\n512 MB', nodeid='ContentFunction')
        n_EditorFunction = Lambda('EditorFunction\n512 MB', nodeid='EditorFunction')
        n_ImportContentFunction = Lambda('ImportContentFunction\n512 MB', nodeid='ImportContentFunction')
        n_SharingFunction = Lambda('SharingFunction\n512 MB', nodeid='SharingFunction')
        n_ContentApi = APIGateway('ContentApi\nHTTP', nodeid='ContentApi')
    n_ContentApi >> Edge(label='6 routes') >> n_EditorFunction
    n_ContentApi >> Edge(label='3 routes') >> n_SharingFunction
    n_ContentApi >> Edge(label='4 routes') >> n_ContentFunction
    n_Clients >> Edge(label='HTTPS') >> n_ContentApi
    n_SharingFunction >> Edge(label='HTTPS') >> n_ShopApiUrl
    n_SharingFunction >> Edge(label='HTTPS') >> n_CheckoutApiUrl
    n_ContentFunction >> Edge(label='Get Query') >> n_ContentTable
    n_EditorFunction >> Edge(label='Get Query Put Update Delete') >> n_ContentTable
    n_EditorFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_ImportContentFunction >> Edge(label='Get Put Update Delete') >> n_ContentTable
    n_SharingFunction >> Edge(label='Get') >> n_ContentTable
    n_SharingFunction >> Edge(label='Invoke') >> n_PricesFunctionName

# ruff: noqa
# fmt: off
"""Pricing. Made from pricing/template.yaml, model f018b953; change it as you like."""

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
with Picture('Pricing', filename="pricing-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_ShopApiUrl = APIGateway('ShopApiUrl\nmade elsewhere', nodeid='ShopApiUrl')
    n_PricesFunctionName = Lambda('PricesFunctionName\nmade elsewhere', nodeid='PricesFunctionName')
    with Cluster('Pricing'):
        n_PromotionsTable = Dynamodb('PromotionsTable\nkey pk + sk', nodeid='PromotionsTable')
        n_QuotesFunction = Lambda('QuotesFunction\n512 MB', nodeid='QuotesFunction')
        n_QuoteFunction = Lambda('QuoteFunction\n512 MB', nodeid='QuoteFunction')
        n_PromotionUsesFunction = Lambda('PromotionUsesFunction\n512 MB', nodeid='PromotionUsesFunction')
        n_SetPromotionsFunction = Lambda('SetPromotionsFunction\n512 MB', nodeid='SetPromotionsFunction')
        n_PricingApi = APIGateway('PricingApi\nHTTP', nodeid='PricingApi')
    n_PricingApi >> Edge(label='4 routes') >> n_QuotesFunction
    n_Clients >> Edge(label='HTTPS') >> n_PricingApi
    n_QuotesFunction >> Edge(label='HTTPS') >> n_ShopApiUrl
    n_QuotesFunction >> Edge(label='Get') >> n_PromotionsTable
    n_QuotesFunction >> Edge(label='Invoke') >> n_PricesFunctionName
    n_QuoteFunction >> Edge(label='Get') >> n_PromotionsTable
    n_PromotionUsesFunction >> Edge(label='Get Put Update Delete') >> n_PromotionsTable
    n_SetPromotionsFunction >> Edge(label='Update') >> n_PromotionsTable

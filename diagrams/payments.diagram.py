# ruff: noqa
# fmt: off
"""Payments. Made from payments/template.yaml, model 17e3dc9c; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.general import Users
from diagrams.aws.integration import Eventbridge
from diagrams.aws.network import APIGateway
from diagrams.aws.security import SecretsManager


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
with Picture('Payments', filename="payments-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    with Cluster('Payments'):
        n_PaymentsTable = Dynamodb('PaymentsTable\nkey id + entry', nodeid='PaymentsTable')
        n_ProviderKey = SecretsManager('ProviderKey', nodeid='ProviderKey')
        n_ProviderTable = Dynamodb('ProviderTable\nkey id', nodeid='ProviderTable')
        n_PaymentsFunction = Lambda('PaymentsFunction\n512 MB', nodeid='PaymentsFunction')
        n_IssueGiftCardFunction = Lambda('IssueGiftCardFunction\n512 MB', nodeid='IssueGiftCardFunction')
        n_ReconcilePaymentsFunction = Lambda('ReconcilePaymentsFunction\n512 MB', nodeid='ReconcilePaymentsFunction')
        n_LapseHoldsFunction = Lambda('LapseHoldsFunction\n512 MB', nodeid='LapseHoldsFunction')
        n_LapseHoldsFunctionDaily = Eventbridge('LapseHoldsFunctionDaily\nrate(1 day)', nodeid='LapseHoldsFunctionDaily')
        n_ProviderFunction = Lambda('ProviderFunction\n512 MB', nodeid='ProviderFunction')
        n_SetProviderTroubleFunction = Lambda('SetProviderTroubleFunction\n512 MB', nodeid='SetProviderTroubleFunction')
        n_ProviderApi = APIGateway('ProviderApi\nHTTP', nodeid='ProviderApi')
    n_ProviderApi >> Edge(label='6 routes') >> n_ProviderFunction
    n_Clients >> Edge(label='HTTPS') >> n_ProviderApi
    n_LapseHoldsFunctionDaily >> Edge(label='triggers') >> n_LapseHoldsFunction
    n_PaymentsFunction >> Edge(label='HTTPS') >> n_ProviderApi
    n_ReconcilePaymentsFunction >> Edge(label='HTTPS') >> n_ProviderApi
    n_LapseHoldsFunction >> Edge(label='HTTPS') >> n_ProviderApi
    n_PaymentsFunction >> Edge(label='Query Get Put Update') >> n_PaymentsTable
    n_PaymentsFunction >> Edge(label='GetSecretValue') >> n_ProviderKey
    n_IssueGiftCardFunction >> Edge(label='Put') >> n_PaymentsTable
    n_ReconcilePaymentsFunction >> Edge(label='Query Get Put Update') >> n_PaymentsTable
    n_ReconcilePaymentsFunction >> Edge(label='GetSecretValue') >> n_ProviderKey
    n_LapseHoldsFunction >> Edge(label='Query Get Put Update') >> n_PaymentsTable
    n_LapseHoldsFunction >> Edge(label='GetSecretValue') >> n_ProviderKey
    n_ProviderFunction >> Edge(label='Get Put Update') >> n_ProviderTable
    n_ProviderFunction >> Edge(label='GetSecretValue') >> n_ProviderKey
    n_SetProviderTroubleFunction >> Edge(label='Put') >> n_ProviderTable

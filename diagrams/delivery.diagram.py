# ruff: noqa
# fmt: off
"""Delivery. Made from delivery/template.yaml, model 94f78487; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.general import Users
from diagrams.aws.integration import SimpleNotificationServiceSns, SimpleQueueServiceSqs
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
with Picture('Delivery', filename="delivery-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_OrderChangesTopicArn = SimpleNotificationServiceSns('OrderChangesTopicArn\nmade elsewhere', nodeid='OrderChangesTopicArn')
    n_DeliveriesQueueArn = SimpleQueueServiceSqs('DeliveriesQueueArn\nmade elsewhere', nodeid='DeliveriesQueueArn')
    n_OrderAddressFunctionName = Lambda('OrderAddressFunctionName\nmade elsewhere', nodeid='OrderAddressFunctionName')
    with Cluster('Delivery'):
        n_PackedOrdersQueue = SimpleQueueServiceSqs('PackedOrdersQueue\nvisibility 120 s', nodeid='PackedOrdersQueue')
        n_PackedOrdersDeadLetterQueue = SimpleQueueServiceSqs('PackedOrdersDeadLetterQueue\nkept 14 days', nodeid='PackedOrdersDeadLetterQueue')
        n_ParcelsTable = Dynamodb('ParcelsTable\nkey id', nodeid='ParcelsTable')
        n_DeliveryChanges = SimpleNotificationServiceSns('DeliveryChanges', nodeid='DeliveryChanges')
        n_DeliveryChangesFailuresQueue = SimpleQueueServiceSqs('DeliveryChangesFailuresQueue\nkept 14 days', nodeid='DeliveryChangesFailuresQueue')
        n_DeliveryFunction = Lambda('DeliveryFunction\n512 MB', nodeid='DeliveryFunction')
        n_TrackingFunction = Lambda('TrackingFunction\n512 MB', nodeid='TrackingFunction')
        n_ScanFunction = Lambda('ScanFunction\n512 MB', nodeid='ScanFunction')
        n_CarryFunction = Lambda('CarryFunction\n512 MB', nodeid='CarryFunction')
        n_LabelFunction = Lambda('LabelFunction\n512 MB', nodeid='LabelFunction')
        n_DeliveryChangesFunction = Lambda('DeliveryChangesFunction\n512 MB', nodeid='DeliveryChangesFunction')
        n_DeliveryApi = APIGateway('DeliveryApi\nHTTP', nodeid='DeliveryApi')
    n_DeliveryApi >> Edge(label='2 routes') >> n_TrackingFunction
    n_Clients >> Edge(label='HTTPS') >> n_DeliveryApi
    n_PackedOrdersQueue >> Edge(label='after 5 receives', style="dashed") >> n_PackedOrdersDeadLetterQueue
    n_OrderChangesTopicArn >> Edge(label='delivers, filtered') >> n_PackedOrdersQueue
    n_DeliveryChanges >> Edge(label='delivers, filtered') >> n_DeliveriesQueueArn
    n_PackedOrdersQueue >> Edge(label='batch 10') >> n_DeliveryFunction
    n_ParcelsTable >> Edge(label='batch 100, filtered') >> n_DeliveryChangesFunction
    n_DeliveryChangesFunction >> Edge(label='on failure', style="dashed") >> n_DeliveryChangesFailuresQueue
    n_DeliveryFunction >> Edge(label='Put') >> n_ParcelsTable
    n_TrackingFunction >> Edge(label='Get') >> n_ParcelsTable
    n_ScanFunction >> Edge(label='Get Put') >> n_ParcelsTable
    n_CarryFunction >> Edge(label='Get Put Query') >> n_ParcelsTable
    n_LabelFunction >> Edge(label='Get') >> n_ParcelsTable
    n_LabelFunction >> Edge(label='Invoke') >> n_OrderAddressFunctionName
    n_DeliveryChangesFunction >> Edge(label='Publish') >> n_DeliveryChanges

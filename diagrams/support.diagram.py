# ruff: noqa
# fmt: off
"""Support. Made from support/template.yaml, model f676a746; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.engagement import SimpleEmailServiceSes
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
with Picture('Support', filename="support-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_OrderChangesTopicArn = SimpleNotificationServiceSns('OrderChangesTopicArn\nmade elsewhere', nodeid='OrderChangesTopicArn')
    n_DeliveryChangesTopicArn = SimpleNotificationServiceSns('DeliveryChangesTopicArn\nmade elsewhere', nodeid='DeliveryChangesTopicArn')
    n_AccountChangesTopicArn = SimpleNotificationServiceSns('AccountChangesTopicArn\nmade elsewhere', nodeid='AccountChangesTopicArn')
    n_CheckoutApiUrl = APIGateway('CheckoutApiUrl\nmade elsewhere', nodeid='CheckoutApiUrl')
    n_MembersFunctionName = Lambda('MembersFunctionName\nmade elsewhere', nodeid='MembersFunctionName')
    with Cluster('Support'):
        n_SupportTable = Dynamodb('SupportTable\nkey pk + sk', nodeid='SupportTable')
        n_Sender = SimpleEmailServiceSes('Sender', nodeid='Sender')
        n_TicketMailsFailuresQueue = SimpleQueueServiceSqs('TicketMailsFailuresQueue\nkept 14 days', nodeid='TicketMailsFailuresQueue')
        n_SupportSocket = APIGateway('SupportSocket\nWEBSOCKET', nodeid='SupportSocket')
        n_ForgetTicketsFailuresQueue = SimpleQueueServiceSqs('ForgetTicketsFailuresQueue\nkept 14 days', nodeid='ForgetTicketsFailuresQueue')
        n_TicketsFunction = Lambda('TicketsFunction\n512 MB', nodeid='TicketsFunction')
        n_TicketMailsFunction = Lambda('TicketMailsFunction\n512 MB', nodeid='TicketMailsFunction')
        n_SocketFunction = Lambda('SocketFunction\n512 MB', nodeid='SocketFunction')
        n_PushChatsFunction = Lambda('PushChatsFunction\n512 MB', nodeid='PushChatsFunction')
        n_PushOrdersFunction = Lambda('PushOrdersFunction\n512 MB', nodeid='PushOrdersFunction')
        n_ForgetTicketsFunction = Lambda('ForgetTicketsFunction\n512 MB', nodeid='ForgetTicketsFunction')
        n_SupportApi = APIGateway('SupportApi\nHTTP', nodeid='SupportApi')
    n_SupportApi >> Edge(label='5 routes') >> n_TicketsFunction
    n_SupportSocket >> Edge(label='3 ways') >> n_SocketFunction
    n_Clients >> Edge(label='WebSocket') >> n_SupportSocket
    n_Clients >> Edge(label='HTTPS') >> n_SupportApi
    n_OrderChangesTopicArn >> Edge(label='delivers, filtered') >> n_PushOrdersFunction
    n_DeliveryChangesTopicArn >> Edge(label='delivers') >> n_PushOrdersFunction
    n_SupportTable >> Edge(label='batch 10, filtered') >> n_TicketMailsFunction
    n_TicketMailsFunction >> Edge(label='on failure', style="dashed") >> n_TicketMailsFailuresQueue
    n_SupportTable >> Edge(label='batch 10, filtered') >> n_PushChatsFunction
    n_AccountChangesTopicArn >> Edge(label='delivers, filtered') >> n_ForgetTicketsFunction
    n_SocketFunction >> Edge(label='HTTPS') >> n_CheckoutApiUrl
    n_ForgetTicketsFunction >> Edge(label='on failure', style="dashed") >> n_ForgetTicketsFailuresQueue
    n_TicketsFunction >> Edge(label='Get Query Put Update ConditionCheck') >> n_SupportTable
    n_TicketsFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_TicketMailsFunction >> Edge(label='Get Put') >> n_SupportTable
    n_TicketMailsFunction >> Edge(label='SendEmail') >> n_Sender
    n_SocketFunction >> Edge(label='Get Query Put Update Delete ConditionCheck') >> n_SupportTable
    n_SocketFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_PushChatsFunction >> Edge(label='Query Get Delete') >> n_SupportTable
    n_PushChatsFunction >> Edge(label='ManageConnections') >> n_SupportSocket
    n_PushChatsFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_PushOrdersFunction >> Edge(label='Query Get Delete') >> n_SupportTable
    n_PushOrdersFunction >> Edge(label='ManageConnections') >> n_SupportSocket
    n_PushOrdersFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_ForgetTicketsFunction >> Edge(label='Put Query Get Update Delete BatchWrite') >> n_SupportTable

# ruff: noqa
# fmt: off
"""Notifications. Made from notifications/template.yaml, model 09e92545; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.engagement import SimpleEmailServiceSes
from diagrams.aws.integration import SimpleNotificationServiceSns, SimpleQueueServiceSqs


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
with Picture('Notifications', filename="notifications-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_OrderChangesTopicArn = SimpleNotificationServiceSns('OrderChangesTopicArn\nmade elsewhere', nodeid='OrderChangesTopicArn')
    with Cluster('Notifications'):
        n_MessagesTable = Dynamodb('MessagesTable\nkey message_id', nodeid='MessagesTable')
        n_DeadLetterQueue = SimpleQueueServiceSqs('DeadLetterQueue\nkept 14 days', nodeid='DeadLetterQueue')
        n_MailQueue = SimpleQueueServiceSqs('MailQueue\nvisibility 120 s', nodeid='MailQueue')
        n_Sender = SimpleEmailServiceSes('Sender', nodeid='Sender')
        n_SmsQueue = SimpleQueueServiceSqs('SmsQueue\nvisibility 120 s', nodeid='SmsQueue')
        n_MailFunction = Lambda('MailFunction\n512 MB', nodeid='MailFunction')
        n_SmsFunction = Lambda('SmsFunction\n512 MB', nodeid='SmsFunction')
    n_MailQueue >> Edge(label='after 5 receives', style="dashed") >> n_DeadLetterQueue
    n_OrderChangesTopicArn >> Edge(label='delivers, filtered') >> n_MailQueue
    n_SmsQueue >> Edge(label='after 5 receives', style="dashed") >> n_DeadLetterQueue
    n_OrderChangesTopicArn >> Edge(label='delivers, filtered') >> n_SmsQueue
    n_MailQueue >> Edge(label='batch 10') >> n_MailFunction
    n_SmsQueue >> Edge(label='batch 10') >> n_SmsFunction
    n_MailFunction >> Edge(label='Get Put') >> n_MessagesTable
    n_MailFunction >> Edge(label='SendEmail') >> n_Sender
    n_SmsFunction >> Edge(label='Get Put') >> n_MessagesTable

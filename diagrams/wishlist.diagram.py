# ruff: noqa
# fmt: off
"""Wishlist. Made from wishlist/template.yaml, model 9eb69165; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.analytics import KinesisDataStreams
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
with Picture('Wishlist', filename="wishlist-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_AccountChangesTopicArn = SimpleNotificationServiceSns('AccountChangesTopicArn\nmade elsewhere', nodeid='AccountChangesTopicArn')
    n_MembersFunctionName = Lambda('MembersFunctionName\nmade elsewhere', nodeid='MembersFunctionName')
    n_PricesFunctionName = Lambda('PricesFunctionName\nmade elsewhere', nodeid='PricesFunctionName')
    n_StockLevelsFunctionName = Lambda('StockLevelsFunctionName\nmade elsewhere', nodeid='StockLevelsFunctionName')
    n_EventStreamName = KinesisDataStreams('EventStreamName\nmade elsewhere', nodeid='EventStreamName')
    with Cluster('Wishlist'):
        n_WishlistTable = Dynamodb('WishlistTable\nkey id', nodeid='WishlistTable')
        n_WishlistFailuresQueue = SimpleQueueServiceSqs('WishlistFailuresQueue\nkept 14 days', nodeid='WishlistFailuresQueue')
        n_WishlistFunction = Lambda('WishlistFunction\n512 MB', nodeid='WishlistFunction')
        n_WishlistEventsFunction = Lambda('WishlistEventsFunction\n512 MB', nodeid='WishlistEventsFunction')
        n_ForgetWishlistsFunction = Lambda('ForgetWishlistsFunction\n512 MB', nodeid='ForgetWishlistsFunction')
        n_WishlistApi = APIGateway('WishlistApi\nHTTP', nodeid='WishlistApi')
    n_WishlistApi >> Edge(label='7 routes') >> n_WishlistFunction
    n_Clients >> Edge(label='HTTPS') >> n_WishlistApi
    n_WishlistTable >> Edge(label='batch 100, filtered') >> n_WishlistEventsFunction
    n_WishlistEventsFunction >> Edge(label='on failure', style="dashed") >> n_WishlistFailuresQueue
    n_AccountChangesTopicArn >> Edge(label='delivers, filtered') >> n_ForgetWishlistsFunction
    n_ForgetWishlistsFunction >> Edge(label='on failure', style="dashed") >> n_WishlistFailuresQueue
    n_WishlistFunction >> Edge(label='Get Put Delete') >> n_WishlistTable
    n_WishlistFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_WishlistFunction >> Edge(label='Invoke') >> n_PricesFunctionName
    n_WishlistFunction >> Edge(label='Invoke') >> n_StockLevelsFunctionName
    n_WishlistEventsFunction >> Edge(label='PutRecords') >> n_EventStreamName
    n_ForgetWishlistsFunction >> Edge(label='Get Delete') >> n_WishlistTable

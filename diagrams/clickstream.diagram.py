# ruff: noqa
# fmt: off
"""Clickstream. Made from clickstream/template.yaml, model 51fd3fae; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.analytics import Athena, Glue, KinesisDataStreams
from diagrams.aws.compute import Lambda
from diagrams.aws.general import Users
from diagrams.aws.integration import Eventbridge, SimpleQueueServiceSqs
from diagrams.aws.network import APIGateway
from diagrams.aws.storage import SimpleStorageServiceS3


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
with Picture('Clickstream', filename="clickstream-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    with Cluster('Clickstream'):
        n_EventStream = KinesisDataStreams('EventStream\non demand', nodeid='EventStream')
        n_LakeBucket = SimpleStorageServiceS3('LakeBucket', nodeid='LakeBucket')
        n_AnalyticsFailuresQueue = SimpleQueueServiceSqs('AnalyticsFailuresQueue\nkept 14 days', nodeid='AnalyticsFailuresQueue')
        n_LakeDatabase = Glue('LakeDatabase', nodeid='LakeDatabase')
        n_LakeWorkGroup = Athena('LakeWorkGroup', nodeid='LakeWorkGroup')
        n_CollectorFunction = Lambda('CollectorFunction\n512 MB', nodeid='CollectorFunction')
        n_AnalyticsFunction = Lambda('AnalyticsFunction\n1024 MB', nodeid='AnalyticsFunction')
        n_CompactFunction = Lambda('CompactFunction\n2048 MB', nodeid='CompactFunction')
        n_CompactFunctionNightly = Eventbridge('CompactFunctionNightly\ncron(15 2 * * ? *)', nodeid='CompactFunctionNightly')
        n_EventsApi = APIGateway('EventsApi\nHTTP', nodeid='EventsApi')
    n_EventsApi >> Edge(label='POST /events') >> n_CollectorFunction
    n_Clients >> Edge(label='HTTPS') >> n_EventsApi
    n_LakeDatabase >> Edge(label='describes', style="dotted") >> n_LakeBucket
    n_LakeWorkGroup >> Edge(label='answers') >> n_LakeBucket
    n_EventStream >> Edge(label='batch 5000') >> n_AnalyticsFunction
    n_AnalyticsFunction >> Edge(label='on failure', style="dashed") >> n_AnalyticsFailuresQueue
    n_CompactFunctionNightly >> Edge(label='triggers') >> n_CompactFunction
    n_CollectorFunction >> Edge(label='PutRecords') >> n_EventStream
    n_AnalyticsFunction >> Edge(label='PutObject') >> n_LakeBucket
    n_CompactFunction >> Edge(label='GetObject PutObject DeleteObject ListBucket') >> n_LakeBucket

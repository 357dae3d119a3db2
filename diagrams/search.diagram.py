# ruff: noqa
# fmt: off
"""Search. Made from search/template.yaml, model 99108137; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.analytics import KinesisDataStreams
from diagrams.aws.compute import Lambda
from diagrams.aws.general import Users
from diagrams.aws.integration import SimpleQueueServiceSqs
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
with Picture('Search', filename="search-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_CatalogTableStreamArn = KinesisDataStreams('CatalogTableStreamArn\nmade elsewhere', nodeid='CatalogTableStreamArn')
    n_EventStreamName = KinesisDataStreams('EventStreamName\nmade elsewhere', nodeid='EventStreamName')
    n_ListProductsFunctionName = Lambda('ListProductsFunctionName\nmade elsewhere', nodeid='ListProductsFunctionName')
    with Cluster('Search'):
        n_SearchBucket = SimpleStorageServiceS3('SearchBucket', nodeid='SearchBucket')
        n_IndexFailuresQueue = SimpleQueueServiceSqs('IndexFailuresQueue\nkept 14 days', nodeid='IndexFailuresQueue')
        n_SearchFunction = Lambda('SearchFunction\n1024 MB', nodeid='SearchFunction')
        n_IndexFunction = Lambda('IndexFunction\n1024 MB', nodeid='IndexFunction')
        n_RebuildIndexFunction = Lambda('RebuildIndexFunction\n1024 MB', nodeid='RebuildIndexFunction')
        n_SearchApi = APIGateway('SearchApi\nHTTP', nodeid='SearchApi')
    n_SearchApi >> Edge(label='3 routes') >> n_SearchFunction
    n_Clients >> Edge(label='HTTPS') >> n_SearchApi
    n_CatalogTableStreamArn >> Edge(label='batch 500, filtered') >> n_IndexFunction
    n_IndexFunction >> Edge(label='on failure', style="dashed") >> n_IndexFailuresQueue
    n_SearchFunction >> Edge(label='GetObject ListBucket') >> n_SearchBucket
    n_SearchFunction >> Edge(label='PutRecords') >> n_EventStreamName
    n_IndexFunction >> Edge(label='GetObject PutObject ListBucket') >> n_SearchBucket
    n_RebuildIndexFunction >> Edge(label='Invoke') >> n_ListProductsFunctionName
    n_RebuildIndexFunction >> Edge(label='GetObject PutObject ListBucket') >> n_SearchBucket

# ruff: noqa
# fmt: off
"""Storefront. Made from storefront/template.yaml, model 921e026a; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.general import General
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
with Picture('Storefront', filename="storefront-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_ImportContentFunctionName = Lambda('ImportContentFunctionName\nmade elsewhere', nodeid='ImportContentFunctionName')
    with Cluster('Storefront'):
        n_SiteBucket = SimpleStorageServiceS3('SiteBucket', nodeid='SiteBucket')
        n_Site = General('Site\nCustom Site', nodeid='Site')
        n_PublishSiteFunction = Lambda('PublishSiteFunction\n512 MB', nodeid='PublishSiteFunction')
    n_PublishSiteFunction >> Edge(label='Invoke') >> n_ImportContentFunctionName
    n_PublishSiteFunction >> Edge(label='PutObject DeleteObject ListBucket') >> n_SiteBucket
    n_Site >> Edge(label='refers to', style="dotted") >> n_PublishSiteFunction
    n_Site >> Edge(label='refers to', style="dotted") >> n_SiteBucket

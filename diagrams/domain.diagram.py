# ruff: noqa
# fmt: off
"""The shop's domains. Made from rest/template.yaml, federation/template.yaml, pricing/template.yaml, fulfilment/template.yaml, content/template.yaml, delivery/template.yaml, notifications/template.yaml, reviews/template.yaml, wishlist/template.yaml, search/template.yaml, support/template.yaml, operations/template.yaml, storefront/template.yaml, clickstream/template.yaml, payments/template.yaml, services/*/service.toml, model 4af9a1a2; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.general import Users
from diagrams.generic.blank import Blank


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
with Picture("The shop's domains", filename="domain-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Shopper = Users('Shopper', nodeid='Shopper')
    with Cluster('Finding'):
        n_C1 = Blank('C1 Catalog\ncatalog', nodeid='C1')
        n_C2 = Blank('C2 Search & navigation\nsearch', nodeid='C2')
        n_C7 = Blank('C7 Reviews\nreviews', nodeid='C7')
        n_C8 = Blank('C8 Recommendations\nrecommendations, reviews', nodeid='C8')
    with Cluster('Buying'):
        n_C3 = Blank('C3 Cart & checkout\ncart, checkout, payments, pricing, provider, storefront', nodeid='C3')
        n_C5 = Blank('C5 Orders & tracking\ndelivery, notifications, orders, support', nodeid='C5')
        n_C9 = Blank('C9 Inventory\ninventory', nodeid='C9')
    with Cluster('Customers'):
        n_C4 = Blank('C4 Auth & profiles\naccounts, orders', nodeid='C4')
        n_C6 = Blank('C6 Wishlist\nwishlist', nodeid='C6')
        n_C10 = Blank('C10 Support\ncontent, support', nodeid='C10')
    with Cluster('Growing'):
        n_C11 = Blank('C11 Mobile\nstorefront', nodeid='C11')
        n_C12 = Blank('C12 Localisation\nnotifications, pricing, storefront', nodeid='C12')
        n_C13 = Blank('C13 Social\ncontent, identity', nodeid='C13')
        n_C14 = Blank('C14 Analytics\nanalytics, collector, monitoring', nodeid='C14')
        n_C15 = Blank('C15 Content\ncontent', nodeid='C15')
    n_Shopper >> Edge(label='HTTP') >> n_C1
    n_Shopper >> Edge(label='HTTP') >> n_C2
    n_Shopper >> Edge(label='HTTP') >> n_C3
    n_Shopper >> Edge(label='HTTP') >> n_C4
    n_Shopper >> Edge(label='HTTP') >> n_C5
    n_Shopper >> Edge(label='HTTP') >> n_C6
    n_Shopper >> Edge(label='HTTP') >> n_C7
    n_Shopper >> Edge(label='HTTP') >> n_C8
    n_Shopper >> Edge(label='HTTP') >> n_C9
    n_Shopper >> Edge(label='HTTP') >> n_C10
    n_Shopper >> Edge(label='HTTP') >> n_C12
    n_Shopper >> Edge(label='HTTP') >> n_C13
    n_Shopper >> Edge(label='HTTP') >> n_C14
    n_Shopper >> Edge(label='HTTP') >> n_C15
    n_C1 >> Edge(label='via\xa0CatalogTable', style="dashed") >> n_C2
    n_C1 >> Edge(label='via\xa0EventStream', style="dashed") >> n_C14
    n_C2 >> Edge(label='invoke') >> n_C1
    n_C2 >> Edge(label='via\xa0EventStream', style="dashed") >> n_C14
    n_C3 >> Edge(label='invoke') >> n_C1
    n_C3 >> Edge(label='invoke authorizer') >> n_C4
    n_C3 >> Edge(label='via\xa0OrdersQueue', style="dashed") >> n_C5
    n_C3 >> Edge(label='via\xa0EventStream', style="dashed") >> n_C14
    n_C4 >> Edge(label='via\xa0AccountChanges', style="dashed") >> n_C3
    n_C4 >> Edge(label='via\xa0AccountChanges', style="dashed") >> n_C5
    n_C4 >> Edge(label='via\xa0AccountChanges', style="dashed") >> n_C6
    n_C4 >> Edge(label='via\xa0AccountChanges', style="dashed") >> n_C7
    n_C4 >> Edge(label='via\xa0AccountChanges', style="dashed") >> n_C10
    n_C4 >> Edge(label='via\xa0EventStream', style="dashed") >> n_C14
    n_C5 >> Edge(label='invoke') >> n_C3
    n_C5 >> Edge(label='via\xa0OrderChanges', style="dashed") >> n_C3
    n_C5 >> Edge(label='HTTP invoke') >> n_C4
    n_C5 >> Edge(label='via\xa0OrderChanges', style="dashed") >> n_C7
    n_C5 >> Edge(label='invoke') >> n_C9
    n_C5 >> Edge(label='via\xa0EventStream', style="dashed") >> n_C14
    n_C6 >> Edge(label='invoke') >> n_C1
    n_C6 >> Edge(label='invoke') >> n_C4
    n_C6 >> Edge(label='invoke') >> n_C9
    n_C6 >> Edge(label='via\xa0EventStream', style="dashed") >> n_C14
    n_C7 >> Edge(label='invoke') >> n_C1
    n_C7 >> Edge(label='invoke') >> n_C4
    n_C7 >> Edge(label='invoke') >> n_C8
    n_C8 >> Edge(label='invoke') >> n_C1
    n_C9 >> Edge(label='invoke') >> n_C4
    n_C10 >> Edge(label='invoke') >> n_C4
    n_C10 >> Edge(label='HTTP') >> n_C5
    n_C10 >> Edge(label='via\xa0SupportTable', style="dashed") >> n_C5
    n_C11 >> Edge(label='invoke') >> n_C15
    n_C13 >> Edge(label='HTTP invoke') >> n_C1
    n_C13 >> Edge(label='HTTP') >> n_C9
    n_C14 >> Edge(label='via\xa0LakeBucket', style="dashed") >> n_C8
    n_C15 >> Edge(label='invoke') >> n_C4
    n_C15 >> Edge(label='via\xa0ContentTable', style="dashed") >> n_C13

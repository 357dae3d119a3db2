# ruff: noqa
# fmt: off
"""Operations. Made from operations/template.yaml, model 93a25304; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.integration import Eventbridge, SimpleNotificationServiceSns
from diagrams.aws.management import Cloudwatch
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
with Picture('Operations', filename="operations-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_ShopApiUrl = APIGateway('ShopApiUrl\nmade elsewhere', nodeid='ShopApiUrl')
    n_CheckoutApiUrl = APIGateway('CheckoutApiUrl\nmade elsewhere', nodeid='CheckoutApiUrl')
    n_PricingApiUrl = APIGateway('PricingApiUrl\nmade elsewhere', nodeid='PricingApiUrl')
    n_DeliveryApiUrl = APIGateway('DeliveryApiUrl\nmade elsewhere', nodeid='DeliveryApiUrl')
    n_SupportApiUrl = APIGateway('SupportApiUrl\nmade elsewhere', nodeid='SupportApiUrl')
    n_ContentApiUrl = APIGateway('ContentApiUrl\nmade elsewhere', nodeid='ContentApiUrl')
    n_ReviewsApiUrl = APIGateway('ReviewsApiUrl\nmade elsewhere', nodeid='ReviewsApiUrl')
    n_WishlistApiUrl = APIGateway('WishlistApiUrl\nmade elsewhere', nodeid='WishlistApiUrl')
    with Cluster('Operations'):
        n_UnhealthyApisAlarm = Cloudwatch('UnhealthyApisAlarm', nodeid='UnhealthyApisAlarm')
        n_Alarms = SimpleNotificationServiceSns('Alarms', nodeid='Alarms')
        n_AlarmsRule = Eventbridge('AlarmsRule\nCloudWatch Alarm State Change', nodeid='AlarmsRule')
        n_ShopDashboard = Cloudwatch('ShopDashboard', nodeid='ShopDashboard')
        n_MonitoringFunction = Lambda('MonitoringFunction\n256 MB', nodeid='MonitoringFunction')
        n_MonitoringFunctionEveryMinute = Eventbridge('MonitoringFunctionEveryMinute\nrate(1 minute)', nodeid='MonitoringFunctionEveryMinute')
    n_AlarmsRule >> Edge(label='triggers') >> n_Alarms
    n_MonitoringFunctionEveryMinute >> Edge(label='triggers') >> n_MonitoringFunction
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_ShopApiUrl
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_CheckoutApiUrl
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_PricingApiUrl
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_DeliveryApiUrl
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_SupportApiUrl
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_ContentApiUrl
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_ReviewsApiUrl
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_WishlistApiUrl

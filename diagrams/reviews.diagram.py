# ruff: noqa
# fmt: off
"""Reviews and personal recommendations. Made from reviews/template.yaml, model 65aceb34; change it as you like."""

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
with Picture('Reviews and personal recommendations', filename="reviews-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_OrderChangesTopicArn = SimpleNotificationServiceSns('OrderChangesTopicArn\nmade elsewhere', nodeid='OrderChangesTopicArn')
    n_AccountChangesTopicArn = SimpleNotificationServiceSns('AccountChangesTopicArn\nmade elsewhere', nodeid='AccountChangesTopicArn')
    n_PricesFunctionName = Lambda('PricesFunctionName\nmade elsewhere', nodeid='PricesFunctionName')
    n_MembersFunctionName = Lambda('MembersFunctionName\nmade elsewhere', nodeid='MembersFunctionName')
    n_RelatedLookupFunctionName = Lambda('RelatedLookupFunctionName\nmade elsewhere', nodeid='RelatedLookupFunctionName')
    with Cluster('Reviews and personal recommendations'):
        n_ReviewsTable = Dynamodb('ReviewsTable\nkey pk + sk', nodeid='ReviewsTable')
        n_PurchasesQueue = SimpleQueueServiceSqs('PurchasesQueue\nvisibility 120 s', nodeid='PurchasesQueue')
        n_ReviewsDeadLetterQueue = SimpleQueueServiceSqs('ReviewsDeadLetterQueue\nkept 14 days', nodeid='ReviewsDeadLetterQueue')
        n_PurchasesFunction = Lambda('PurchasesFunction\n512 MB', nodeid='PurchasesFunction')
        n_ReviewsFunction = Lambda('ReviewsFunction\n512 MB', nodeid='ReviewsFunction')
        n_ModerationFunction = Lambda('ModerationFunction\n512 MB', nodeid='ModerationFunction')
        n_RecommendationsFunction = Lambda('RecommendationsFunction\n512 MB', nodeid='RecommendationsFunction')
        n_ForgetReviewsFunction = Lambda('ForgetReviewsFunction\n512 MB', nodeid='ForgetReviewsFunction')
        n_ReviewsApi = APIGateway('ReviewsApi\nHTTP', nodeid='ReviewsApi')
    n_ReviewsApi >> Edge(label='7 routes') >> n_ReviewsFunction
    n_ReviewsApi >> Edge(label='GET …/recommendations') >> n_RecommendationsFunction
    n_ReviewsApi >> Edge(label='2 routes') >> n_ModerationFunction
    n_Clients >> Edge(label='HTTPS') >> n_ReviewsApi
    n_PurchasesQueue >> Edge(label='after 5 receives', style="dashed") >> n_ReviewsDeadLetterQueue
    n_OrderChangesTopicArn >> Edge(label='delivers, filtered') >> n_PurchasesQueue
    n_PurchasesQueue >> Edge(label='batch 10') >> n_PurchasesFunction
    n_AccountChangesTopicArn >> Edge(label='delivers, filtered') >> n_ForgetReviewsFunction
    n_ForgetReviewsFunction >> Edge(label='on failure', style="dashed") >> n_ReviewsDeadLetterQueue
    n_PurchasesFunction >> Edge(label='Put ConditionCheck') >> n_ReviewsTable
    n_PurchasesFunction >> Edge(label='Invoke') >> n_PricesFunctionName
    n_ReviewsFunction >> Edge(label='Get Query Put Update Delete ConditionCheck') >> n_ReviewsTable
    n_ReviewsFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_ReviewsFunction >> Edge(label='Invoke') >> n_PricesFunctionName
    n_ModerationFunction >> Edge(label='Get Put Update Query ConditionCheck') >> n_ReviewsTable
    n_ModerationFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_RecommendationsFunction >> Edge(label='Query') >> n_ReviewsTable
    n_RecommendationsFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_RecommendationsFunction >> Edge(label='Invoke') >> n_RelatedLookupFunctionName
    n_RecommendationsFunction >> Edge(label='Invoke') >> n_PricesFunctionName
    n_ForgetReviewsFunction >> Edge(label='Put Query Get Delete Update') >> n_ReviewsTable

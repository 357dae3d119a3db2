# ruff: noqa
# fmt: off
"""Synchronous REST. Made from rest/template.yaml, model e8f63879; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.analytics import KinesisDataStreams
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.engagement import SimpleEmailServiceSes
from diagrams.aws.general import Users
from diagrams.aws.integration import Eventbridge, SimpleNotificationServiceSns, SimpleQueueServiceSqs
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
with Picture('Synchronous REST', filename="rest-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_EventStreamName = KinesisDataStreams('EventStreamName\nmade elsewhere', nodeid='EventStreamName')
    n_LakeBucketName = SimpleStorageServiceS3('LakeBucketName\nmade elsewhere', nodeid='LakeBucketName')
    with Cluster('Synchronous REST'):
        n_AccountsTable = Dynamodb('AccountsTable\nkey pk', nodeid='AccountsTable')
        n_AccountChanges = SimpleNotificationServiceSns('AccountChanges', nodeid='AccountChanges')
        n_Sender = SimpleEmailServiceSes('Sender', nodeid='Sender')
        n_CatalogTable = Dynamodb('CatalogTable\nkey pk + sk', nodeid='CatalogTable')
        n_CartTable = Dynamodb('CartTable\nkey pk', nodeid='CartTable')
        n_RelatedProductsTable = Dynamodb('RelatedProductsTable\nkey product_id', nodeid='RelatedProductsTable')
        n_ShopEventsFailuresQueue = SimpleQueueServiceSqs('ShopEventsFailuresQueue\nkept 14 days', nodeid='ShopEventsFailuresQueue')
        n_AccountsFunction = Lambda('AccountsFunction\n1024 MB', nodeid='AccountsFunction')
        n_AuthorizerFunction = Lambda('AuthorizerFunction\n512 MB', nodeid='AuthorizerFunction')
        n_MembersFunction = Lambda('MembersFunction\n512 MB', nodeid='MembersFunction')
        n_SetRoleFunction = Lambda('SetRoleFunction\n512 MB', nodeid='SetRoleFunction')
        n_AccountsEventsFunction = Lambda('AccountsEventsFunction\n512 MB', nodeid='AccountsEventsFunction')
        n_AccountsMailFunction = Lambda('AccountsMailFunction\n512 MB', nodeid='AccountsMailFunction')
        n_AccountChangesFunction = Lambda('AccountChangesFunction\n512 MB', nodeid='AccountChangesFunction')
        n_ProfileEntriesFunction = Lambda('ProfileEntriesFunction\n512 MB', nodeid='ProfileEntriesFunction')
        n_CatalogFunction = Lambda('CatalogFunction\n512 MB', nodeid='CatalogFunction')
        n_PricesFunction = Lambda('PricesFunction\n512 MB', nodeid='PricesFunction')
        n_ListProductsFunction = Lambda('ListProductsFunction\n512 MB', nodeid='ListProductsFunction')
        n_ImportProductsFunction = Lambda('ImportProductsFunction\n512 MB', nodeid='ImportProductsFunction')
        n_CartFunction = Lambda('CartFunction\n512 MB', nodeid='CartFunction')
        n_CartEventsFunction = Lambda('CartEventsFunction\n512 MB', nodeid='CartEventsFunction')
        n_ForgetCartsFunction = Lambda('ForgetCartsFunction\n512 MB', nodeid='ForgetCartsFunction')
        n_RelatedProductsFunction = Lambda('RelatedProductsFunction\n512 MB', nodeid='RelatedProductsFunction')
        n_RelatedLookupFunction = Lambda('RelatedLookupFunction\n512 MB', nodeid='RelatedLookupFunction')
        n_RefreshRelatedFunction = Lambda('RefreshRelatedFunction\n2048 MB', nodeid='RefreshRelatedFunction')
        n_RefreshRelatedFunctionNightly = Eventbridge('RefreshRelatedFunctionNightly\ncron(15 3 * * ? *)', nodeid='RefreshRelatedFunctionNightly')
        n_ShopApi = APIGateway('ShopApi\nREST', nodeid='ShopApi')
    n_ShopApi >> Edge(label='19 routes') >> n_AccountsFunction
    n_ShopApi >> Edge(label='4 routes') >> n_CatalogFunction
    n_ShopApi >> Edge(label='7 routes') >> n_CartFunction
    n_ShopApi >> Edge(label='GET …/related') >> n_RelatedProductsFunction
    n_ShopApi >> Edge(label='authorizes') >> n_AuthorizerFunction
    n_Clients >> Edge(label='HTTPS') >> n_ShopApi
    n_AccountsTable >> Edge(label='batch 100, filtered') >> n_AccountsEventsFunction
    n_AccountsEventsFunction >> Edge(label='on failure', style="dashed") >> n_ShopEventsFailuresQueue
    n_AccountsTable >> Edge(label='batch 10, filtered') >> n_AccountsMailFunction
    n_AccountsMailFunction >> Edge(label='on failure', style="dashed") >> n_ShopEventsFailuresQueue
    n_AccountsTable >> Edge(label='batch 10, filtered') >> n_AccountChangesFunction
    n_AccountChangesFunction >> Edge(label='on failure', style="dashed") >> n_ShopEventsFailuresQueue
    n_CartTable >> Edge(label='batch 100, filtered') >> n_CartEventsFunction
    n_CartEventsFunction >> Edge(label='on failure', style="dashed") >> n_ShopEventsFailuresQueue
    n_AccountChanges >> Edge(label='delivers, filtered') >> n_ForgetCartsFunction
    n_RefreshRelatedFunctionNightly >> Edge(label='triggers') >> n_RefreshRelatedFunction
    n_ForgetCartsFunction >> Edge(label='on failure', style="dashed") >> n_ShopEventsFailuresQueue
    n_AccountsFunction >> Edge(label='Get Put Update Delete ConditionCheck') >> n_AccountsTable
    n_AuthorizerFunction >> Edge(label='Get') >> n_AccountsTable
    n_MembersFunction >> Edge(label='Get') >> n_AccountsTable
    n_SetRoleFunction >> Edge(label='Get Update') >> n_AccountsTable
    n_AccountsEventsFunction >> Edge(label='PutRecords') >> n_EventStreamName
    n_AccountsMailFunction >> Edge(label='Get Update') >> n_AccountsTable
    n_AccountsMailFunction >> Edge(label='SendEmail') >> n_Sender
    n_AccountChangesFunction >> Edge(label='Publish') >> n_AccountChanges
    n_ProfileEntriesFunction >> Edge(label='Get') >> n_AccountsTable
    n_CatalogFunction >> Edge(label='Get BatchGet Query') >> n_CatalogTable
    n_CatalogFunction >> Edge(label='PutRecords') >> n_EventStreamName
    n_PricesFunction >> Edge(label='BatchGet') >> n_CatalogTable
    n_ListProductsFunction >> Edge(label='Scan') >> n_CatalogTable
    n_ImportProductsFunction >> Edge(label='BatchGet BatchWrite') >> n_CatalogTable
    n_CartFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_CartFunction >> Edge(label='Get Put Update Delete') >> n_CartTable
    n_CartEventsFunction >> Edge(label='PutRecords') >> n_EventStreamName
    n_ForgetCartsFunction >> Edge(label='Get Delete') >> n_CartTable
    n_RelatedProductsFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_RelatedProductsFunction >> Edge(label='Get') >> n_RelatedProductsTable
    n_RelatedLookupFunction >> Edge(label='BatchGet') >> n_RelatedProductsTable
    n_RefreshRelatedFunction >> Edge(label='GetObject ListBucket') >> n_LakeBucketName
    n_RefreshRelatedFunction >> Edge(label='Scan BatchWrite') >> n_RelatedProductsTable

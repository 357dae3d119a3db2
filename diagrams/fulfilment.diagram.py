# ruff: noqa
# fmt: off
"""Fulfilment. Made from fulfilment/template.yaml, model 01fc96cd; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.analytics import KinesisDataStreams
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.general import Users
from diagrams.aws.integration import Eventbridge, SimpleNotificationServiceSns, SimpleQueueServiceSqs
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
with Picture('Fulfilment', filename="fulfilment-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    n_AccountChangesTopicArn = SimpleNotificationServiceSns('AccountChangesTopicArn\nmade elsewhere', nodeid='AccountChangesTopicArn')
    n_ShopApiUrl = APIGateway('ShopApiUrl\nmade elsewhere', nodeid='ShopApiUrl')
    n_PaymentsFunctionName = Lambda('PaymentsFunctionName\nmade elsewhere', nodeid='PaymentsFunctionName')
    n_QuoteFunctionName = Lambda('QuoteFunctionName\nmade elsewhere', nodeid='QuoteFunctionName')
    n_PromotionUsesFunctionName = Lambda('PromotionUsesFunctionName\nmade elsewhere', nodeid='PromotionUsesFunctionName')
    n_ProfileEntriesFunctionName = Lambda('ProfileEntriesFunctionName\nmade elsewhere', nodeid='ProfileEntriesFunctionName')
    n_EventStreamName = KinesisDataStreams('EventStreamName\nmade elsewhere', nodeid='EventStreamName')
    n_MembersFunctionName = Lambda('MembersFunctionName\nmade elsewhere', nodeid='MembersFunctionName')
    with Cluster('Fulfilment'):
        n_CheckoutTable = Dynamodb('CheckoutTable\nkey id', nodeid='CheckoutTable')
        n_OrdersQueue = SimpleQueueServiceSqs('OrdersQueue\nvisibility 360 s', nodeid='OrdersQueue')
        n_OrdersDeadLetterQueue = SimpleQueueServiceSqs('OrdersDeadLetterQueue\nkept 14 days', nodeid='OrdersDeadLetterQueue')
        n_OrdersTable = Dynamodb('OrdersTable\nkey order_id', nodeid='OrdersTable')
        n_DeletedAccountsTable = Dynamodb('DeletedAccountsTable\nkey user_id', nodeid='DeletedAccountsTable')
        n_DeliveriesQueue = SimpleQueueServiceSqs('DeliveriesQueue\nvisibility 180 s', nodeid='DeliveriesQueue')
        n_StockTable = Dynamodb('StockTable\nkey product_id', nodeid='StockTable')
        n_ReservationsTable = Dynamodb('ReservationsTable\nkey reservation_id', nodeid='ReservationsTable')
        n_OrderChanges = SimpleNotificationServiceSns('OrderChanges', nodeid='OrderChanges')
        n_OrderEventsFailuresQueue = SimpleQueueServiceSqs('OrderEventsFailuresQueue\nkept 14 days', nodeid='OrderEventsFailuresQueue')
        n_CheckoutFunction = Lambda('CheckoutFunction\n512 MB', nodeid='CheckoutFunction')
        n_CheckoutEventsFunction = Lambda('CheckoutEventsFunction\n512 MB', nodeid='CheckoutEventsFunction')
        n_PromotionReleasesFunction = Lambda('PromotionReleasesFunction\n512 MB', nodeid='PromotionReleasesFunction')
        n_ReleaseUnpaidUsesFunction = Lambda('ReleaseUnpaidUsesFunction\n512 MB', nodeid='ReleaseUnpaidUsesFunction')
        n_ReleaseUnpaidUsesFunctionEachMinute = Eventbridge('ReleaseUnpaidUsesFunctionEachMinute\nrate(1 minute)', nodeid='ReleaseUnpaidUsesFunctionEachMinute')
        n_ForgetCheckoutsFunction = Lambda('ForgetCheckoutsFunction\n512 MB', nodeid='ForgetCheckoutsFunction')
        n_ImportOrdersFunction = Lambda('ImportOrdersFunction\n512 MB', nodeid='ImportOrdersFunction')
        n_OrdersFunction = Lambda('OrdersFunction\n512 MB', nodeid='OrdersFunction')
        n_OrdersEventsFunction = Lambda('OrdersEventsFunction\n512 MB', nodeid='OrdersEventsFunction')
        n_OrderChangesFunction = Lambda('OrderChangesFunction\n512 MB', nodeid='OrderChangesFunction')
        n_OrderStatusFunction = Lambda('OrderStatusFunction\n512 MB', nodeid='OrderStatusFunction')
        n_ChangeOrdersFunction = Lambda('ChangeOrdersFunction\n512 MB', nodeid='ChangeOrdersFunction')
        n_OrderAddressFunction = Lambda('OrderAddressFunction\n512 MB', nodeid='OrderAddressFunction')
        n_WarehouseFunction = Lambda('WarehouseFunction\n512 MB', nodeid='WarehouseFunction')
        n_ForgetOrdersFunction = Lambda('ForgetOrdersFunction\n512 MB', nodeid='ForgetOrdersFunction')
        n_DeliveriesFunction = Lambda('DeliveriesFunction\n512 MB', nodeid='DeliveriesFunction')
        n_ResumeOrdersFunction = Lambda('ResumeOrdersFunction\n512 MB', nodeid='ResumeOrdersFunction')
        n_ResumeOrdersFunctionEachMinute = Eventbridge('ResumeOrdersFunctionEachMinute\nrate(1 minute)', nodeid='ResumeOrdersFunctionEachMinute')
        n_ReserveStockFunction = Lambda('ReserveStockFunction\n512 MB', nodeid='ReserveStockFunction')
        n_ReleaseStockFunction = Lambda('ReleaseStockFunction\n512 MB', nodeid='ReleaseStockFunction')
        n_StockLevelsFunction = Lambda('StockLevelsFunction\n512 MB', nodeid='StockLevelsFunction')
        n_StockFunction = Lambda('StockFunction\n512 MB', nodeid='StockFunction')
        n_ShelvesFunction = Lambda('ShelvesFunction\n512 MB', nodeid='ShelvesFunction')
        n_SetStockFunction = Lambda('SetStockFunction\n512 MB', nodeid='SetStockFunction')
        n_CheckoutApi = APIGateway('CheckoutApi\nHTTP', nodeid='CheckoutApi')
    n_CheckoutApi >> Edge(label='5 routes') >> n_OrderStatusFunction
    n_CheckoutApi >> Edge(label='3 routes') >> n_WarehouseFunction
    n_CheckoutApi >> Edge(label='2 routes') >> n_ShelvesFunction
    n_CheckoutApi >> Edge(label='2 routes') >> n_StockFunction
    n_CheckoutApi >> Edge(label='POST /checkout') >> n_CheckoutFunction
    n_Clients >> Edge(label='HTTPS') >> n_CheckoutApi
    n_OrdersQueue >> Edge(label='after 3 receives', style="dashed") >> n_OrdersDeadLetterQueue
    n_DeliveriesQueue >> Edge(label='after 5 receives', style="dashed") >> n_OrdersDeadLetterQueue
    n_CheckoutTable >> Edge(label='batch 100, filtered') >> n_CheckoutEventsFunction
    n_CheckoutEventsFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_OrderChanges >> Edge(label='delivers, filtered') >> n_PromotionReleasesFunction
    n_ReleaseUnpaidUsesFunctionEachMinute >> Edge(label='triggers') >> n_ReleaseUnpaidUsesFunction
    n_AccountChangesTopicArn >> Edge(label='delivers, filtered') >> n_ForgetCheckoutsFunction
    n_OrdersQueue >> Edge(label='batch 10') >> n_OrdersFunction
    n_OrdersTable >> Edge(label='batch 100, filtered') >> n_OrdersEventsFunction
    n_OrdersEventsFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_OrdersTable >> Edge(label='batch 100, filtered') >> n_OrderChangesFunction
    n_OrderChangesFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_AccountChangesTopicArn >> Edge(label='delivers, filtered') >> n_ForgetOrdersFunction
    n_DeliveriesQueue >> Edge(label='batch 10') >> n_DeliveriesFunction
    n_ResumeOrdersFunctionEachMinute >> Edge(label='triggers') >> n_ResumeOrdersFunction
    n_CheckoutFunction >> Edge(label='HTTPS') >> n_ShopApiUrl
    n_PromotionReleasesFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_ForgetCheckoutsFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_OrderStatusFunction >> Edge(label='HTTPS') >> n_ShopApiUrl
    n_ForgetOrdersFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_CheckoutFunction >> Edge(label='Get Put Update Delete') >> n_CheckoutTable
    n_CheckoutFunction >> Edge(label='SendMessage') >> n_OrdersQueue
    n_CheckoutFunction >> Edge(label='Invoke') >> n_PaymentsFunctionName
    n_CheckoutFunction >> Edge(label='Invoke') >> n_QuoteFunctionName
    n_CheckoutFunction >> Edge(label='Invoke') >> n_PromotionUsesFunctionName
    n_CheckoutFunction >> Edge(label='Invoke') >> n_ProfileEntriesFunctionName
    n_CheckoutEventsFunction >> Edge(label='PutRecords') >> n_EventStreamName
    n_PromotionReleasesFunction >> Edge(label='Invoke') >> n_PromotionUsesFunctionName
    n_ReleaseUnpaidUsesFunction >> Edge(label='Query Get Delete') >> n_CheckoutTable
    n_ReleaseUnpaidUsesFunction >> Edge(label='Invoke') >> n_PromotionUsesFunctionName
    n_ForgetCheckoutsFunction >> Edge(label='Query Get Update') >> n_CheckoutTable
    n_ImportOrdersFunction >> Edge(label='SendMessage') >> n_OrdersQueue
    n_OrdersFunction >> Edge(label='Put Get Update') >> n_OrdersTable
    n_OrdersFunction >> Edge(label='Get') >> n_DeletedAccountsTable
    n_OrdersFunction >> Edge(label='Invoke') >> n_ReserveStockFunction
    n_OrdersFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_OrdersFunction >> Edge(label='Invoke') >> n_PaymentsFunctionName
    n_OrdersEventsFunction >> Edge(label='PutRecords') >> n_EventStreamName
    n_OrderChangesFunction >> Edge(label='Publish') >> n_OrderChanges
    n_OrderStatusFunction >> Edge(label='Get Query Update') >> n_OrdersTable
    n_OrderStatusFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_OrderStatusFunction >> Edge(label='Invoke') >> n_PaymentsFunctionName
    n_ChangeOrdersFunction >> Edge(label='Get Update') >> n_OrdersTable
    n_ChangeOrdersFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_ChangeOrdersFunction >> Edge(label='Invoke') >> n_PaymentsFunctionName
    n_OrderAddressFunction >> Edge(label='Get') >> n_OrdersTable
    n_WarehouseFunction >> Edge(label='Get Query Update') >> n_OrdersTable
    n_WarehouseFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_WarehouseFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_WarehouseFunction >> Edge(label='Invoke') >> n_PaymentsFunctionName
    n_ForgetOrdersFunction >> Edge(label='Put') >> n_DeletedAccountsTable
    n_ForgetOrdersFunction >> Edge(label='Query Update') >> n_OrdersTable
    n_DeliveriesFunction >> Edge(label='Get Update') >> n_OrdersTable
    n_DeliveriesFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_DeliveriesFunction >> Edge(label='Invoke') >> n_PaymentsFunctionName
    n_ResumeOrdersFunction >> Edge(label='Query Get Update') >> n_OrdersTable
    n_ResumeOrdersFunction >> Edge(label='Invoke') >> n_ReserveStockFunction
    n_ResumeOrdersFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_ResumeOrdersFunction >> Edge(label='Invoke') >> n_PaymentsFunctionName
    n_ReserveStockFunction >> Edge(label='Update BatchGet') >> n_StockTable
    n_ReserveStockFunction >> Edge(label='Put Get Update') >> n_ReservationsTable
    n_ReleaseStockFunction >> Edge(label='Update') >> n_StockTable
    n_ReleaseStockFunction >> Edge(label='Get Update Put') >> n_ReservationsTable
    n_StockLevelsFunction >> Edge(label='BatchGet') >> n_StockTable
    n_StockFunction >> Edge(label='BatchGet') >> n_StockTable
    n_ShelvesFunction >> Edge(label='BatchGet Update') >> n_StockTable
    n_ShelvesFunction >> Edge(label='Invoke') >> n_MembersFunctionName
    n_SetStockFunction >> Edge(label='Update') >> n_StockTable

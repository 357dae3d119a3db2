# ruff: noqa
# fmt: off
"""The whole shop. Made from rest/template.yaml, federation/template.yaml, pricing/template.yaml, fulfilment/template.yaml, content/template.yaml, delivery/template.yaml, notifications/template.yaml, reviews/template.yaml, wishlist/template.yaml, search/template.yaml, support/template.yaml, operations/template.yaml, storefront/template.yaml, clickstream/template.yaml, payments/template.yaml, model 6e5ba7b9; change it as you like."""

from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.analytics import Athena, Glue, KinesisDataStreams
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.engagement import SimpleEmailServiceSes
from diagrams.aws.general import General, Users
from diagrams.aws.integration import Eventbridge, SimpleNotificationServiceSns, SimpleQueueServiceSqs
from diagrams.aws.management import Cloudwatch
from diagrams.aws.network import APIGateway
from diagrams.aws.security import KeyManagementService, SecretsManager
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
with Picture('The whole shop', filename="shop-by-diagrams", direction='LR', show=False, graph_attr=attributes, node_attr=nodes):
    n_Clients = Users('Clients', nodeid='Clients')
    with Cluster('Synchronous REST'):
        n_AccountsTable = Dynamodb('AccountsTable\nkey pk', nodeid='AccountsTable')
        n_AccountChanges = SimpleNotificationServiceSns('AccountChanges', nodeid='AccountChanges')
        n_rest_2f_Sender = SimpleEmailServiceSes('Sender', nodeid='rest/Sender')
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
    with Cluster('Federation'):
        n_CodesTable = Dynamodb('CodesTable\nkey code', nodeid='CodesTable')
        n_SigningKey = KeyManagementService('SigningKey', nodeid='SigningKey')
        n_FederationFunction = Lambda('FederationFunction\n512 MB', nodeid='FederationFunction')
        n_IdentityFunction = Lambda('IdentityFunction\n512 MB', nodeid='IdentityFunction')
        n_FederationApi = APIGateway('FederationApi\nHTTP', nodeid='FederationApi')
        n_IdentityApi = APIGateway('IdentityApi\nHTTP', nodeid='IdentityApi')
    with Cluster('Pricing'):
        n_PromotionsTable = Dynamodb('PromotionsTable\nkey pk + sk', nodeid='PromotionsTable')
        n_QuotesFunction = Lambda('QuotesFunction\n512 MB', nodeid='QuotesFunction')
        n_QuoteFunction = Lambda('QuoteFunction\n512 MB', nodeid='QuoteFunction')
        n_PromotionUsesFunction = Lambda('PromotionUsesFunction\n512 MB', nodeid='PromotionUsesFunction')
        n_SetPromotionsFunction = Lambda('SetPromotionsFunction\n512 MB', nodeid='SetPromotionsFunction')
        n_PricingApi = APIGateway('PricingApi\nHTTP', nodeid='PricingApi')
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
    with Cluster('Content'):
        n_ContentTable = Dynamodb('ContentTable\nkey pk + sk', nodeid='ContentTable')
        n_ContentFunction = Lambda('ContentFunction\n512 MB', nodeid='ContentFunction')
        n_EditorFunction = Lambda('EditorFunction\n512 MB', nodeid='EditorFunction')
        n_ImportContentFunction = Lambda('ImportContentFunction\n512 MB', nodeid='ImportContentFunction')
        n_SharingFunction = Lambda('SharingFunction\n512 MB', nodeid='SharingFunction')
        n_ContentApi = APIGateway('ContentApi\nHTTP', nodeid='ContentApi')
    with Cluster('Delivery'):
        n_PackedOrdersQueue = SimpleQueueServiceSqs('PackedOrdersQueue\nvisibility 120 s', nodeid='PackedOrdersQueue')
        n_PackedOrdersDeadLetterQueue = SimpleQueueServiceSqs('PackedOrdersDeadLetterQueue\nkept 14 days', nodeid='PackedOrdersDeadLetterQueue')
        n_ParcelsTable = Dynamodb('ParcelsTable\nkey id', nodeid='ParcelsTable')
        n_DeliveryChanges = SimpleNotificationServiceSns('DeliveryChanges', nodeid='DeliveryChanges')
        n_DeliveryChangesFailuresQueue = SimpleQueueServiceSqs('DeliveryChangesFailuresQueue\nkept 14 days', nodeid='DeliveryChangesFailuresQueue')
        n_DeliveryFunction = Lambda('DeliveryFunction\n512 MB', nodeid='DeliveryFunction')
        n_TrackingFunction = Lambda('TrackingFunction\n512 MB', nodeid='TrackingFunction')
        n_ScanFunction = Lambda('ScanFunction\n512 MB', nodeid='ScanFunction')
        n_CarryFunction = Lambda('CarryFunction\n512 MB', nodeid='CarryFunction')
        n_LabelFunction = Lambda('LabelFunction\n512 MB', nodeid='LabelFunction')
        n_DeliveryChangesFunction = Lambda('DeliveryChangesFunction\n512 MB', nodeid='DeliveryChangesFunction')
        n_DeliveryApi = APIGateway('DeliveryApi\nHTTP', nodeid='DeliveryApi')
    with Cluster('Notifications'):
        n_MessagesTable = Dynamodb('MessagesTable\nkey message_id', nodeid='MessagesTable')
        n_DeadLetterQueue = SimpleQueueServiceSqs('DeadLetterQueue\nkept 14 days', nodeid='DeadLetterQueue')
        n_MailQueue = SimpleQueueServiceSqs('MailQueue\nvisibility 120 s', nodeid='MailQueue')
        n_notifications_2f_Sender = SimpleEmailServiceSes('Sender', nodeid='notifications/Sender')
        n_SmsQueue = SimpleQueueServiceSqs('SmsQueue\nvisibility 120 s', nodeid='SmsQueue')
        n_MailFunction = Lambda('MailFunction\n512 MB', nodeid='MailFunction')
        n_SmsFunction = Lambda('SmsFunction\n512 MB', nodeid='SmsFunction')
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
    with Cluster('Wishlist'):
        n_WishlistTable = Dynamodb('WishlistTable\nkey id', nodeid='WishlistTable')
        n_WishlistFailuresQueue = SimpleQueueServiceSqs('WishlistFailuresQueue\nkept 14 days', nodeid='WishlistFailuresQueue')
        n_WishlistFunction = Lambda('WishlistFunction\n512 MB', nodeid='WishlistFunction')
        n_WishlistEventsFunction = Lambda('WishlistEventsFunction\n512 MB', nodeid='WishlistEventsFunction')
        n_ForgetWishlistsFunction = Lambda('ForgetWishlistsFunction\n512 MB', nodeid='ForgetWishlistsFunction')
        n_WishlistApi = APIGateway('WishlistApi\nHTTP', nodeid='WishlistApi')
    with Cluster('Search'):
        n_SearchBucket = SimpleStorageServiceS3('SearchBucket', nodeid='SearchBucket')
        n_IndexFailuresQueue = SimpleQueueServiceSqs('IndexFailuresQueue\nkept 14 days', nodeid='IndexFailuresQueue')
        n_SearchFunction = Lambda('SearchFunction\n1024 MB', nodeid='SearchFunction')
        n_IndexFunction = Lambda('IndexFunction\n1024 MB', nodeid='IndexFunction')
        n_RebuildIndexFunction = Lambda('RebuildIndexFunction\n1024 MB', nodeid='RebuildIndexFunction')
        n_SearchApi = APIGateway('SearchApi\nHTTP', nodeid='SearchApi')
    with Cluster('Support'):
        n_SupportTable = Dynamodb('SupportTable\nkey pk + sk', nodeid='SupportTable')
        n_support_2f_Sender = SimpleEmailServiceSes('Sender', nodeid='support/Sender')
        n_TicketMailsFailuresQueue = SimpleQueueServiceSqs('TicketMailsFailuresQueue\nkept 14 days', nodeid='TicketMailsFailuresQueue')
        n_SupportSocket = APIGateway('SupportSocket\nWEBSOCKET', nodeid='SupportSocket')
        n_ForgetTicketsFailuresQueue = SimpleQueueServiceSqs('ForgetTicketsFailuresQueue\nkept 14 days', nodeid='ForgetTicketsFailuresQueue')
        n_TicketsFunction = Lambda('TicketsFunction\n512 MB', nodeid='TicketsFunction')
        n_TicketMailsFunction = Lambda('TicketMailsFunction\n512 MB', nodeid='TicketMailsFunction')
        n_SocketFunction = Lambda('SocketFunction\n512 MB', nodeid='SocketFunction')
        n_PushChatsFunction = Lambda('PushChatsFunction\n512 MB', nodeid='PushChatsFunction')
        n_PushOrdersFunction = Lambda('PushOrdersFunction\n512 MB', nodeid='PushOrdersFunction')
        n_ForgetTicketsFunction = Lambda('ForgetTicketsFunction\n512 MB', nodeid='ForgetTicketsFunction')
        n_SupportApi = APIGateway('SupportApi\nHTTP', nodeid='SupportApi')
    with Cluster('Operations'):
        n_UnhealthyApisAlarm = Cloudwatch('UnhealthyApisAlarm', nodeid='UnhealthyApisAlarm')
        n_Alarms = SimpleNotificationServiceSns('Alarms', nodeid='Alarms')
        n_AlarmsRule = Eventbridge('AlarmsRule\nCloudWatch Alarm State Change', nodeid='AlarmsRule')
        n_ShopDashboard = Cloudwatch('ShopDashboard', nodeid='ShopDashboard')
        n_MonitoringFunction = Lambda('MonitoringFunction\n256 MB', nodeid='MonitoringFunction')
        n_MonitoringFunctionEveryMinute = Eventbridge('MonitoringFunctionEveryMinute\nrate(1 minute)', nodeid='MonitoringFunctionEveryMinute')
    with Cluster('Storefront'):
        n_SiteBucket = SimpleStorageServiceS3('SiteBucket', nodeid='SiteBucket')
        n_Site = General('Site\nCustom Site', nodeid='Site')
        n_PublishSiteFunction = Lambda('PublishSiteFunction\n512 MB', nodeid='PublishSiteFunction')
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
    with Cluster('Payments'):
        n_PaymentsTable = Dynamodb('PaymentsTable\nkey id + entry', nodeid='PaymentsTable')
        n_ProviderKey = SecretsManager('ProviderKey', nodeid='ProviderKey')
        n_ProviderTable = Dynamodb('ProviderTable\nkey id', nodeid='ProviderTable')
        n_PaymentsFunction = Lambda('PaymentsFunction\n512 MB', nodeid='PaymentsFunction')
        n_IssueGiftCardFunction = Lambda('IssueGiftCardFunction\n512 MB', nodeid='IssueGiftCardFunction')
        n_ReconcilePaymentsFunction = Lambda('ReconcilePaymentsFunction\n512 MB', nodeid='ReconcilePaymentsFunction')
        n_LapseHoldsFunction = Lambda('LapseHoldsFunction\n512 MB', nodeid='LapseHoldsFunction')
        n_LapseHoldsFunctionDaily = Eventbridge('LapseHoldsFunctionDaily\nrate(1 day)', nodeid='LapseHoldsFunctionDaily')
        n_ProviderFunction = Lambda('ProviderFunction\n512 MB', nodeid='ProviderFunction')
        n_SetProviderTroubleFunction = Lambda('SetProviderTroubleFunction\n512 MB', nodeid='SetProviderTroubleFunction')
        n_ProviderApi = APIGateway('ProviderApi\nHTTP', nodeid='ProviderApi')
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
    n_AccountsEventsFunction >> Edge(label='PutRecords') >> n_EventStream
    n_AccountsMailFunction >> Edge(label='Get Update') >> n_AccountsTable
    n_AccountsMailFunction >> Edge(label='SendEmail') >> n_rest_2f_Sender
    n_AccountChangesFunction >> Edge(label='Publish') >> n_AccountChanges
    n_ProfileEntriesFunction >> Edge(label='Get') >> n_AccountsTable
    n_CatalogFunction >> Edge(label='Get BatchGet Query') >> n_CatalogTable
    n_CatalogFunction >> Edge(label='PutRecords') >> n_EventStream
    n_PricesFunction >> Edge(label='BatchGet') >> n_CatalogTable
    n_ListProductsFunction >> Edge(label='Scan') >> n_CatalogTable
    n_ImportProductsFunction >> Edge(label='BatchGet BatchWrite') >> n_CatalogTable
    n_CartFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_CartFunction >> Edge(label='Get Put Update Delete') >> n_CartTable
    n_CartEventsFunction >> Edge(label='PutRecords') >> n_EventStream
    n_ForgetCartsFunction >> Edge(label='Get Delete') >> n_CartTable
    n_RelatedProductsFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_RelatedProductsFunction >> Edge(label='Get') >> n_RelatedProductsTable
    n_RelatedLookupFunction >> Edge(label='BatchGet') >> n_RelatedProductsTable
    n_RefreshRelatedFunction >> Edge(label='GetObject ListBucket') >> n_LakeBucket
    n_RefreshRelatedFunction >> Edge(label='Scan BatchWrite') >> n_RelatedProductsTable
    n_FederationApi >> Edge(label='POST /sessions') >> n_FederationFunction
    n_FederationApi >> Edge(label='authorizes') >> n_IdentityApi
    n_IdentityApi >> Edge(label='5 routes') >> n_IdentityFunction
    n_Clients >> Edge(label='HTTPS') >> n_FederationApi
    n_Clients >> Edge(label='HTTPS') >> n_IdentityApi
    n_FederationFunction >> Edge(label='Get Put Update') >> n_AccountsTable
    n_IdentityFunction >> Edge(label='Put Delete') >> n_CodesTable
    n_PricingApi >> Edge(label='4 routes') >> n_QuotesFunction
    n_Clients >> Edge(label='HTTPS') >> n_PricingApi
    n_QuotesFunction >> Edge(label='HTTPS') >> n_ShopApi
    n_QuotesFunction >> Edge(label='Get') >> n_PromotionsTable
    n_QuotesFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_QuoteFunction >> Edge(label='Get') >> n_PromotionsTable
    n_PromotionUsesFunction >> Edge(label='Get Put Update Delete') >> n_PromotionsTable
    n_SetPromotionsFunction >> Edge(label='Update') >> n_PromotionsTable
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
    n_AccountChanges >> Edge(label='delivers, filtered') >> n_ForgetCheckoutsFunction
    n_OrdersQueue >> Edge(label='batch 10') >> n_OrdersFunction
    n_OrdersTable >> Edge(label='batch 100, filtered') >> n_OrdersEventsFunction
    n_OrdersEventsFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_OrdersTable >> Edge(label='batch 100, filtered') >> n_OrderChangesFunction
    n_OrderChangesFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_AccountChanges >> Edge(label='delivers, filtered') >> n_ForgetOrdersFunction
    n_DeliveriesQueue >> Edge(label='batch 10') >> n_DeliveriesFunction
    n_ResumeOrdersFunctionEachMinute >> Edge(label='triggers') >> n_ResumeOrdersFunction
    n_CheckoutFunction >> Edge(label='HTTPS') >> n_ShopApi
    n_PromotionReleasesFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_ForgetCheckoutsFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_OrderStatusFunction >> Edge(label='HTTPS') >> n_ShopApi
    n_ForgetOrdersFunction >> Edge(label='on failure', style="dashed") >> n_OrderEventsFailuresQueue
    n_CheckoutFunction >> Edge(label='Get Put Update Delete') >> n_CheckoutTable
    n_CheckoutFunction >> Edge(label='SendMessage') >> n_OrdersQueue
    n_CheckoutFunction >> Edge(label='Invoke') >> n_PaymentsFunction
    n_CheckoutFunction >> Edge(label='Invoke') >> n_QuoteFunction
    n_CheckoutFunction >> Edge(label='Invoke') >> n_PromotionUsesFunction
    n_CheckoutFunction >> Edge(label='Invoke') >> n_ProfileEntriesFunction
    n_CheckoutEventsFunction >> Edge(label='PutRecords') >> n_EventStream
    n_PromotionReleasesFunction >> Edge(label='Invoke') >> n_PromotionUsesFunction
    n_ReleaseUnpaidUsesFunction >> Edge(label='Query Get Delete') >> n_CheckoutTable
    n_ReleaseUnpaidUsesFunction >> Edge(label='Invoke') >> n_PromotionUsesFunction
    n_ForgetCheckoutsFunction >> Edge(label='Query Get Update') >> n_CheckoutTable
    n_ImportOrdersFunction >> Edge(label='SendMessage') >> n_OrdersQueue
    n_OrdersFunction >> Edge(label='Put Get Update') >> n_OrdersTable
    n_OrdersFunction >> Edge(label='Get') >> n_DeletedAccountsTable
    n_OrdersFunction >> Edge(label='Invoke') >> n_ReserveStockFunction
    n_OrdersFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_OrdersFunction >> Edge(label='Invoke') >> n_PaymentsFunction
    n_OrdersEventsFunction >> Edge(label='PutRecords') >> n_EventStream
    n_OrderChangesFunction >> Edge(label='Publish') >> n_OrderChanges
    n_OrderStatusFunction >> Edge(label='Get Query Update') >> n_OrdersTable
    n_OrderStatusFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_OrderStatusFunction >> Edge(label='Invoke') >> n_PaymentsFunction
    n_ChangeOrdersFunction >> Edge(label='Get Update') >> n_OrdersTable
    n_ChangeOrdersFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_ChangeOrdersFunction >> Edge(label='Invoke') >> n_PaymentsFunction
    n_OrderAddressFunction >> Edge(label='Get') >> n_OrdersTable
    n_WarehouseFunction >> Edge(label='Get Query Update') >> n_OrdersTable
    n_WarehouseFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_WarehouseFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_WarehouseFunction >> Edge(label='Invoke') >> n_PaymentsFunction
    n_ForgetOrdersFunction >> Edge(label='Put') >> n_DeletedAccountsTable
    n_ForgetOrdersFunction >> Edge(label='Query Update') >> n_OrdersTable
    n_DeliveriesFunction >> Edge(label='Get Update') >> n_OrdersTable
    n_DeliveriesFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_DeliveriesFunction >> Edge(label='Invoke') >> n_PaymentsFunction
    n_ResumeOrdersFunction >> Edge(label='Query Get Update') >> n_OrdersTable
    n_ResumeOrdersFunction >> Edge(label='Invoke') >> n_ReserveStockFunction
    n_ResumeOrdersFunction >> Edge(label='Invoke') >> n_ReleaseStockFunction
    n_ResumeOrdersFunction >> Edge(label='Invoke') >> n_PaymentsFunction
    n_ReserveStockFunction >> Edge(label='Update BatchGet') >> n_StockTable
    n_ReserveStockFunction >> Edge(label='Put Get Update') >> n_ReservationsTable
    n_ReleaseStockFunction >> Edge(label='Update') >> n_StockTable
    n_ReleaseStockFunction >> Edge(label='Get Update Put') >> n_ReservationsTable
    n_StockLevelsFunction >> Edge(label='BatchGet') >> n_StockTable
    n_StockFunction >> Edge(label='BatchGet') >> n_StockTable
    n_ShelvesFunction >> Edge(label='BatchGet Update') >> n_StockTable
    n_ShelvesFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_SetStockFunction >> Edge(label='Update') >> n_StockTable
    n_ContentApi >> Edge(label='6 routes') >> n_EditorFunction
    n_ContentApi >> Edge(label='3 routes') >> n_SharingFunction
    n_ContentApi >> Edge(label='4 routes') >> n_ContentFunction
    n_Clients >> Edge(label='HTTPS') >> n_ContentApi
    n_SharingFunction >> Edge(label='HTTPS') >> n_ShopApi
    n_SharingFunction >> Edge(label='HTTPS') >> n_CheckoutApi
    n_ContentFunction >> Edge(label='Get Query') >> n_ContentTable
    n_EditorFunction >> Edge(label='Get Query Put Update Delete') >> n_ContentTable
    n_EditorFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_ImportContentFunction >> Edge(label='Get Put Update Delete') >> n_ContentTable
    n_SharingFunction >> Edge(label='Get') >> n_ContentTable
    n_SharingFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_DeliveryApi >> Edge(label='2 routes') >> n_TrackingFunction
    n_Clients >> Edge(label='HTTPS') >> n_DeliveryApi
    n_PackedOrdersQueue >> Edge(label='after 5 receives', style="dashed") >> n_PackedOrdersDeadLetterQueue
    n_OrderChanges >> Edge(label='delivers, filtered') >> n_PackedOrdersQueue
    n_DeliveryChanges >> Edge(label='delivers, filtered') >> n_DeliveriesQueue
    n_PackedOrdersQueue >> Edge(label='batch 10') >> n_DeliveryFunction
    n_ParcelsTable >> Edge(label='batch 100, filtered') >> n_DeliveryChangesFunction
    n_DeliveryChangesFunction >> Edge(label='on failure', style="dashed") >> n_DeliveryChangesFailuresQueue
    n_DeliveryFunction >> Edge(label='Put') >> n_ParcelsTable
    n_TrackingFunction >> Edge(label='Get') >> n_ParcelsTable
    n_ScanFunction >> Edge(label='Get Put') >> n_ParcelsTable
    n_CarryFunction >> Edge(label='Get Put Query') >> n_ParcelsTable
    n_LabelFunction >> Edge(label='Get') >> n_ParcelsTable
    n_LabelFunction >> Edge(label='Invoke') >> n_OrderAddressFunction
    n_DeliveryChangesFunction >> Edge(label='Publish') >> n_DeliveryChanges
    n_MailQueue >> Edge(label='after 5 receives', style="dashed") >> n_DeadLetterQueue
    n_OrderChanges >> Edge(label='delivers, filtered') >> n_MailQueue
    n_SmsQueue >> Edge(label='after 5 receives', style="dashed") >> n_DeadLetterQueue
    n_OrderChanges >> Edge(label='delivers, filtered') >> n_SmsQueue
    n_MailQueue >> Edge(label='batch 10') >> n_MailFunction
    n_SmsQueue >> Edge(label='batch 10') >> n_SmsFunction
    n_MailFunction >> Edge(label='Get Put') >> n_MessagesTable
    n_MailFunction >> Edge(label='SendEmail') >> n_notifications_2f_Sender
    n_SmsFunction >> Edge(label='Get Put') >> n_MessagesTable
    n_ReviewsApi >> Edge(label='7 routes') >> n_ReviewsFunction
    n_ReviewsApi >> Edge(label='GET …/recommendations') >> n_RecommendationsFunction
    n_ReviewsApi >> Edge(label='2 routes') >> n_ModerationFunction
    n_Clients >> Edge(label='HTTPS') >> n_ReviewsApi
    n_PurchasesQueue >> Edge(label='after 5 receives', style="dashed") >> n_ReviewsDeadLetterQueue
    n_OrderChanges >> Edge(label='delivers, filtered') >> n_PurchasesQueue
    n_PurchasesQueue >> Edge(label='batch 10') >> n_PurchasesFunction
    n_AccountChanges >> Edge(label='delivers, filtered') >> n_ForgetReviewsFunction
    n_ForgetReviewsFunction >> Edge(label='on failure', style="dashed") >> n_ReviewsDeadLetterQueue
    n_PurchasesFunction >> Edge(label='Put ConditionCheck') >> n_ReviewsTable
    n_PurchasesFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_ReviewsFunction >> Edge(label='Get Query Put Update Delete ConditionCheck') >> n_ReviewsTable
    n_ReviewsFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_ReviewsFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_ModerationFunction >> Edge(label='Get Put Update Query ConditionCheck') >> n_ReviewsTable
    n_ModerationFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_RecommendationsFunction >> Edge(label='Query') >> n_ReviewsTable
    n_RecommendationsFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_RecommendationsFunction >> Edge(label='Invoke') >> n_RelatedLookupFunction
    n_RecommendationsFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_ForgetReviewsFunction >> Edge(label='Put Query Get Delete Update') >> n_ReviewsTable
    n_WishlistApi >> Edge(label='7 routes') >> n_WishlistFunction
    n_Clients >> Edge(label='HTTPS') >> n_WishlistApi
    n_WishlistTable >> Edge(label='batch 100, filtered') >> n_WishlistEventsFunction
    n_WishlistEventsFunction >> Edge(label='on failure', style="dashed") >> n_WishlistFailuresQueue
    n_AccountChanges >> Edge(label='delivers, filtered') >> n_ForgetWishlistsFunction
    n_ForgetWishlistsFunction >> Edge(label='on failure', style="dashed") >> n_WishlistFailuresQueue
    n_WishlistFunction >> Edge(label='Get Put Delete') >> n_WishlistTable
    n_WishlistFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_WishlistFunction >> Edge(label='Invoke') >> n_PricesFunction
    n_WishlistFunction >> Edge(label='Invoke') >> n_StockLevelsFunction
    n_WishlistEventsFunction >> Edge(label='PutRecords') >> n_EventStream
    n_ForgetWishlistsFunction >> Edge(label='Get Delete') >> n_WishlistTable
    n_SearchApi >> Edge(label='3 routes') >> n_SearchFunction
    n_Clients >> Edge(label='HTTPS') >> n_SearchApi
    n_CatalogTable >> Edge(label='batch 500, filtered') >> n_IndexFunction
    n_IndexFunction >> Edge(label='on failure', style="dashed") >> n_IndexFailuresQueue
    n_SearchFunction >> Edge(label='GetObject ListBucket') >> n_SearchBucket
    n_SearchFunction >> Edge(label='PutRecords') >> n_EventStream
    n_IndexFunction >> Edge(label='GetObject PutObject ListBucket') >> n_SearchBucket
    n_RebuildIndexFunction >> Edge(label='Invoke') >> n_ListProductsFunction
    n_RebuildIndexFunction >> Edge(label='GetObject PutObject ListBucket') >> n_SearchBucket
    n_SupportApi >> Edge(label='5 routes') >> n_TicketsFunction
    n_SupportSocket >> Edge(label='3 ways') >> n_SocketFunction
    n_Clients >> Edge(label='WebSocket') >> n_SupportSocket
    n_Clients >> Edge(label='HTTPS') >> n_SupportApi
    n_OrderChanges >> Edge(label='delivers, filtered') >> n_PushOrdersFunction
    n_DeliveryChanges >> Edge(label='delivers') >> n_PushOrdersFunction
    n_SupportTable >> Edge(label='batch 10, filtered') >> n_TicketMailsFunction
    n_TicketMailsFunction >> Edge(label='on failure', style="dashed") >> n_TicketMailsFailuresQueue
    n_SupportTable >> Edge(label='batch 10, filtered') >> n_PushChatsFunction
    n_AccountChanges >> Edge(label='delivers, filtered') >> n_ForgetTicketsFunction
    n_SocketFunction >> Edge(label='HTTPS') >> n_CheckoutApi
    n_ForgetTicketsFunction >> Edge(label='on failure', style="dashed") >> n_ForgetTicketsFailuresQueue
    n_TicketsFunction >> Edge(label='Get Query Put Update ConditionCheck') >> n_SupportTable
    n_TicketsFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_TicketMailsFunction >> Edge(label='Get Put') >> n_SupportTable
    n_TicketMailsFunction >> Edge(label='SendEmail') >> n_support_2f_Sender
    n_SocketFunction >> Edge(label='Get Query Put Update Delete ConditionCheck') >> n_SupportTable
    n_SocketFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_PushChatsFunction >> Edge(label='Query Get Delete') >> n_SupportTable
    n_PushChatsFunction >> Edge(label='ManageConnections') >> n_SupportSocket
    n_PushChatsFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_PushOrdersFunction >> Edge(label='Query Get Delete') >> n_SupportTable
    n_PushOrdersFunction >> Edge(label='ManageConnections') >> n_SupportSocket
    n_PushOrdersFunction >> Edge(label='Invoke') >> n_MembersFunction
    n_ForgetTicketsFunction >> Edge(label='Put Query Get Update Delete BatchWrite') >> n_SupportTable
    n_AlarmsRule >> Edge(label='triggers') >> n_Alarms
    n_MonitoringFunctionEveryMinute >> Edge(label='triggers') >> n_MonitoringFunction
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_ShopApi
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_CheckoutApi
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_PricingApi
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_DeliveryApi
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_SupportApi
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_ContentApi
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_ReviewsApi
    n_MonitoringFunction >> Edge(label='HTTPS') >> n_WishlistApi
    n_PublishSiteFunction >> Edge(label='Invoke') >> n_ImportContentFunction
    n_PublishSiteFunction >> Edge(label='PutObject DeleteObject ListBucket') >> n_SiteBucket
    n_Site >> Edge(label='refers to', style="dotted") >> n_PublishSiteFunction
    n_Site >> Edge(label='refers to', style="dotted") >> n_SiteBucket
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
    n_ProviderApi >> Edge(label='6 routes') >> n_ProviderFunction
    n_Clients >> Edge(label='HTTPS') >> n_ProviderApi
    n_LapseHoldsFunctionDaily >> Edge(label='triggers') >> n_LapseHoldsFunction
    n_PaymentsFunction >> Edge(label='HTTPS') >> n_ProviderApi
    n_ReconcilePaymentsFunction >> Edge(label='HTTPS') >> n_ProviderApi
    n_LapseHoldsFunction >> Edge(label='HTTPS') >> n_ProviderApi
    n_PaymentsFunction >> Edge(label='Query Get Put Update') >> n_PaymentsTable
    n_PaymentsFunction >> Edge(label='GetSecretValue') >> n_ProviderKey
    n_IssueGiftCardFunction >> Edge(label='Put') >> n_PaymentsTable
    n_ReconcilePaymentsFunction >> Edge(label='Query Get Put Update') >> n_PaymentsTable
    n_ReconcilePaymentsFunction >> Edge(label='GetSecretValue') >> n_ProviderKey
    n_LapseHoldsFunction >> Edge(label='Query Get Put Update') >> n_PaymentsTable
    n_LapseHoldsFunction >> Edge(label='GetSecretValue') >> n_ProviderKey
    n_ProviderFunction >> Edge(label='Get Put Update') >> n_ProviderTable
    n_ProviderFunction >> Edge(label='GetSecretValue') >> n_ProviderKey
    n_SetProviderTroubleFunction >> Edge(label='Put') >> n_ProviderTable

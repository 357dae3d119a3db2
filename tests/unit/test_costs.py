"""Costs, held against sums worked out by hand and against the examples of AWS's pricing pages."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shoplib import costs
from shoplib.errors import LabError
from tests.commands import Command, assert_refused
from tests.unit.architecture_bar import broken_rules

D = Decimal


def template(path: Path, **resources: dict[str, Any]) -> str:
    """The path of a template with these."""
    file = path / "template.json"
    file.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return str(file)


def of_type(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def function(**properties: Any) -> dict[str, Any]:
    code = {"ZipFile": "def handler(event, context): pass"}
    return of_type(
        "AWS::Lambda::Function", Code=code, Handler="index.handler", Runtime="python3.12", Role="r", **properties
    )


def table(**properties: Any) -> dict[str, Any]:
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    return of_type("AWS::DynamoDB::Table", KeySchema=keys, **properties)


def lines(estimate: costs.Estimate) -> dict[tuple[str, str], Decimal]:
    return {
        (line.usage.resource.id, line.usage.dimension): line.usd
        for line in (*estimate.bill.by_traffic, *estimate.bill.monthly)
    }


def test_lambdas_own_example_of_a_mobile_backend(tmp_path: Path) -> None:
    """1,536 MB, three million requests of 120 ms: 540,000 GB-s, of which 400,000 are free; 2.73 dollars a month."""
    path = template(tmp_path, Backend=function(MemorySize=1536))
    bill = costs.of_templates([path], ["Backend.requests=3000000", "Backend.ms=120"]).bill
    assert bill.traffic_usd == D("540000") * D("0.0000166667") + D("0.60")
    assert round(bill.traffic_usd - bill.free_usd, 2) == D("2.73")


def test_an_arm_function_has_arms_price_and_shares_the_free_seconds(tmp_path: Path) -> None:
    path = template(tmp_path, Arm=function(MemorySize=1024, Architectures=["arm64"]), X86=function(MemorySize=1024))
    bill = costs.of_templates(
        [path], [f"{name}.{what}" for name in ("Arm", "X86") for what in ("requests=1e6", "ms=300")]
    ).bill
    seconds = {line.usage.resource.id: line.usd for line in bill.by_traffic if line.usage.dimension == "gb_seconds"}
    assert seconds == {"Arm": 300_000 * D("0.0000133334"), "X86": 300_000 * D("0.0000166667")}
    [free] = [free for free in bill.free if free.pool == "GB-s of functions"]
    assert free.usd == 300_000 * D("0.0000133334") + 100_000 * D("0.0000166667")


def test_started_milliseconds_and_more_storage_are_billed(tmp_path: Path) -> None:
    path = template(tmp_path, Fn=function(MemorySize=512, EphemeralStorage={"Size": 1536}))
    found = lines(costs.of_templates([path], ["Fn.requests=1000", "Fn.ms=10.2", "Fn.log_kb=2"]))
    assert found[("Fn", "gb_seconds")] == D(11) / 2 * D("0.0000166667")
    assert found[("Fn", "storage_gb_seconds")] == D(11) * D("0.0000000309")
    assert found[("Fn", "log_gb")] == round(D(2000) / (1024 * 1024) * D("0.50"), 18)


def test_api_gateways_examples(tmp_path: Path) -> None:
    """Five million calls of a REST API: 17.50 dollars. HTTP APIs are metered in 512 KB, cheaper above 300 million."""
    apis = {
        "Rest": of_type("AWS::ApiGateway::RestApi", Name="r"),
        "Http": http_api("HTTP"),
        "Ws": http_api("WEBSOCKET"),
    }
    path = template(tmp_path, **apis)
    rest = ["Rest.requests=5000000"]
    assert costs.of_templates([path], rest).bill.traffic_usd == D("17.50")
    assert costs.of_templates([path], ["Http.requests=400000000"]).bill.traffic_usd == 300 + 100 * D("0.90")
    assert costs.of_templates([path], ["Http.requests=1000000", "Http.kb=1500"]).bill.traffic_usd == D("3.00")
    messages = ["Ws.requests=1000000", "Ws.connection_minutes=1000000"]
    assert costs.of_templates([path], messages).bill.traffic_usd == D("1.25")


def http_api(protocol: str) -> dict[str, Any]:
    return of_type(
        "AWS::ApiGatewayV2::Api", Name="a", ProtocolType=protocol, RouteSelectionExpression="$request.body.a"
    )


def test_kinesis_example_of_a_hundred_records_a_second(tmp_path: Path) -> None:
    """35 KB are two payload units: 17,280,000 of them a day cost 0.24 dollars; four shards 1.44."""
    stream = of_type("AWS::Kinesis::Stream", ShardCount=4)
    path = template(tmp_path, Stream=stream)
    bill = costs.of_templates([path], ["Stream.records=8640000", "Stream.kb=35"]).bill
    assert bill.traffic_usd == D("17.28") * D("0.014")
    assert bill.monthly_usd == 4 * 730 * D("0.015")


def test_an_on_demand_stream_costs_by_the_hour_the_gb_and_each_reader(tmp_path: Path) -> None:
    stream = of_type("AWS::Kinesis::Stream", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    mapping = of_type(
        "AWS::Lambda::EventSourceMapping",
        EventSourceArn={"Fn::GetAtt": ["Stream", "Arn"]},
        FunctionName={"Ref": "Reader"},
        StartingPosition="LATEST",
    )
    path = template(tmp_path, Stream=stream, Reader=function(), Mapping=mapping)
    bill = costs.of_templates([path], ["Stream.records=1048576", "Stream.kb=4.5"]).bill
    by_way = {**bill.by_connection}
    assert by_way == {("(all)", "Stream"): 5 * D("0.08"), ("Stream", "Reader"): 5 * D("0.04")}
    assert bill.monthly_usd == 730 * D("0.04")


def test_queues_are_billed_by_64_kb_and_fifo_costs_more(tmp_path: Path) -> None:
    """A message of 256 KB is four requests, three times over: sent, received, deleted."""
    path = template(tmp_path, Plain=of_type("AWS::SQS::Queue"), Fifo=of_type("AWS::SQS::Queue", FifoQueue=True))
    found = lines(costs.of_templates([path], ["Plain.messages=1e6", "Plain.kb=256", "Fifo.messages=1e6"]))
    assert found == {("Plain", "requests"): 12 * D("0.40"), ("Fifo", "requests"): 3 * D("0.50")}


def test_tables_on_demand_by_request_and_provisioned_by_the_hour(tmp_path: Path) -> None:
    units = {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100}
    path = template(
        tmp_path,
        Demand=table(BillingMode="PAY_PER_REQUEST"),
        Fixed=table(ProvisionedThroughput=units, GlobalSecondaryIndexes=[{"ProvisionedThroughput": units}]),
    )
    estimate = costs.of_templates([path], ["Demand.writes=3550000", "Demand.reads=3550000", "Demand.gb_months=30"])
    assert lines(estimate) == {
        ("Demand", "writes"): D("3.55") * D("0.625"),
        ("Demand", "reads"): D("3.55") * D("0.125"),
        ("Demand", "gb_months"): 30 * D("0.25"),
        ("Fixed", "read_capacity_hours"): 200 * 730 * D("0.00013"),
        ("Fixed", "write_capacity_hours"): 200 * 730 * D("0.00065"),
    }


def test_step_functions_example(tmp_path: Path) -> None:
    """100,000 executions of seven transitions, 4,000 of them free: 17.40 dollars."""
    path = template(tmp_path, Flow=of_type("AWS::StepFunctions::StateMachine", RoleArn="r", Definition={}))
    bill = costs.of_templates([path], ["Flow.transitions=700000"]).bill
    assert bill.traffic_usd - bill.free_usd == D("17.40")


def test_buckets_topics_and_buses(tmp_path: Path) -> None:
    path = template(
        tmp_path,
        Lake=of_type("AWS::S3::Bucket"),
        News=of_type("AWS::SNS::Topic"),
        Bus=of_type("AWS::Events::EventBus", Name="b"),
    )
    stated = ["Lake.puts=10000", "Lake.gets=10000", "Lake.gb_months=100", "News.requests=1e6", "News.kb=100"]
    assert lines(costs.of_templates([path], [*stated, "Bus.events=1e6"])) == {
        ("Lake", "puts"): D("0.05"),
        ("Lake", "gets"): D("0.004"),
        ("Lake", "gb_months"): D("2.3"),
        ("News", "requests"): 2 * D("0.50"),
        ("Bus", "events"): D(1),
    }


def test_what_costs_without_traffic(tmp_path: Path) -> None:
    metric = {"Id": "m", "MetricStat": {"Period": 10, "Stat": "Sum", "Metric": {"MetricName": "a", "Namespace": "b"}}}
    path = template(
        tmp_path,
        Plain=of_type("AWS::CloudWatch::Alarm", Period=60),
        Fast=of_type(
            "AWS::CloudWatch::Alarm", Metrics=[metric, {**metric, "Id": "n"}, {"Id": "e", "Expression": "m+n"}]
        ),
        Secret=of_type("AWS::SecretsManager::Secret"),
        Key=of_type("AWS::KMS::Key", KeyPolicy={}),
        Board=of_type("AWS::CloudWatch::Dashboard", DashboardBody="{}"),
    )
    assert lines(costs.of_templates([path])) == {
        ("Plain", "months"): D("0.10"),
        ("Fast", "high_resolution_months"): 2 * D("0.30"),
        ("Secret", "months"): D("0.40"),
        ("Key", "months"): D(1),
        ("Board", "months"): D(3),
    }


def test_provisioned_concurrency_is_paid_while_nobody_comes(tmp_path: Path) -> None:
    alias = of_type(
        "AWS::Lambda::Alias",
        FunctionName={"Ref": "Fn"},
        FunctionVersion="1",
        Name="live",
        ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 2},
    )
    path = template(tmp_path, Fn=function(MemorySize=1024), Live=alias)
    assert costs.of_templates([path]).bill.monthly_usd == 2 * 730 * 3600 * D("0.0000041667")


def test_what_a_condition_leaves_out_costs_nothing(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    secret = {**of_type("AWS::SecretsManager::Secret"), "Condition": "Wanted"}
    shards = {"Fn::If": ["Wanted", 8, {"Ref": "Few"}]}
    body = {
        "Parameters": {"Few": {"Type": "Number", "Default": 2}},
        "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "Few"}, "3"]}},
        "Resources": {"Secret": secret, "Stream": of_type("AWS::Kinesis::Stream", ShardCount=shards)},
    }
    file.write_text(json.dumps(body), encoding="utf-8")
    assert lines(costs.of_templates([str(file)])) == {("Stream", "shard_hours"): 2 * 730 * D("0.015")}


def test_values_come_from_parameters_and_mappings_however_deep(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    units = {"ReadCapacityUnits": {"Ref": "Units"}, "WriteCapacityUnits": {"Fn::FindInMap": ["Sizes", "small", "wcu"]}}
    alarm = of_type("AWS::CloudWatch::Alarm", Metrics=[{"MetricStat": {"Period": {"Ref": "Seconds"}}}])
    body = {
        "Parameters": {"Units": {"Type": "Number", "Default": 5}, "Seconds": {"Type": "Number", "Default": 10}},
        "Mappings": {"Sizes": {"small": {"wcu": 3}}},
        "Resources": {"Table": table(ProvisionedThroughput=units), "Fast": alarm},
    }
    file.write_text(json.dumps(body), encoding="utf-8")
    assert lines(costs.of_templates([str(file)])) == {
        ("Table", "read_capacity_hours"): 5 * 730 * D("0.00013"),
        ("Table", "write_capacity_hours"): 3 * 730 * D("0.00065"),
        ("Fast", "high_resolution_months"): D("0.30"),
    }


def test_a_stream_that_says_nothing_is_on_demand_and_what_only_deploying_tells_is_refused(tmp_path: Path) -> None:
    path = template(tmp_path, Stream=of_type("AWS::Kinesis::Stream"))
    assert costs.of_templates([path]).bill.monthly_usd == 730 * D("0.04")
    later = {"Fn::GetAtt": ["Custom", "Shards"]}
    path = template(
        tmp_path, Stream=of_type("AWS::Kinesis::Stream", ShardCount=later), Custom=of_type("Custom::Shards")
    )
    with pytest.raises(LabError, match="Stream: .* is known only when it is deployed"):
        costs.of_templates([path])


def test_what_has_no_price_or_no_traffic_is_named(tmp_path: Path) -> None:
    path = template(
        tmp_path,
        Search=of_type("AWS::OpenSearchService::Domain"),
        Lake=of_type("AWS::S3::Bucket"),
        Role=of_type("AWS::IAM::Role", AssumeRolePolicyDocument={}),
    )
    bill = costs.of_templates([path]).bill
    assert bill.unpriced == ("Search (AWS::OpenSearchService::Domain)",)
    assert bill.silent == ("Lake",)


def test_all_that_the_shop_is_made_of_has_a_price_or_costs_nothing() -> None:
    assert costs.of_templates(["shop"]).bill.unpriced == (), "add a price, or a free type, to costs/prices.toml"


def test_every_price_names_its_page_and_none_is_there_twice() -> None:
    table = costs.load()
    keys = [(price.type, price.dimension, price.when) for price in table.prices]
    assert len(set(keys)) == len(keys)
    assert all(price.source.startswith("https://aws.amazon.com/") for price in table.prices)
    assert all(usd > 0 for price in table.prices for _, usd in price.tiers)
    assert all(price.free_for for price in table.prices if price.free)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("Nobody.requests=1", "no Nobody"),
        ("ShopApi.messages=1", "ShopApi (AWS::ApiGateway::RestApi) is not billed by messages"),
        ("AccountsFunction -> CartTable.writes=1", "AccountsFunction does not call CartTable"),
        ("ShopApi.requests=many", "many is not a number"),
        ("ShopApi.requests=-1", "is not a valid quantity"),
        ("ShopApi.requests=nan", "is not a valid quantity"),
        ("ShopApi=1", "is not RESOURCE.QUANTITY=NUMBER"),
        ("CartFunction.requests=1", "by requests and by ms"),
        ("nowhere.toml", "cannot be read"),
    ],
)
def test_traffic_that_cannot_be_is_refused(stated: str, words: str) -> None:
    with pytest.raises(LabError) as refusal:
        costs.of_templates(["rest"], [stated])
    assert words in refusal.value.what


def test_a_file_states_traffic_by_connection(tmp_path: Path) -> None:
    file = tmp_path / "month.toml"
    file.write_text(
        '["CartFunction -> CartTable"]\nwrites = 2_000_000\n[OrdersQueue]\nmessages = 1000\n', encoding="utf-8"
    )
    bill = costs.of_templates(["shop"], [str(file)]).bill
    assert bill.by_connection[("CartFunction", "CartTable")] == D("1.25")
    assert bill.per("OrdersQueue") == bill.traffic_usd / 1000
    assert bill.per("CartTable") is None


def test_the_picture_has_dollars_on_its_connections_and_keeps_the_bar() -> None:
    stated = ["Clients -> ShopApi.requests=5e6", "CartFunction.requests=1e6", "CartFunction.ms=20"]
    stated += ["EventStream.records=104857600", "EventStream.kb=0.5"]
    picture = costs.of_templates(["rest", "clickstream"], stated).picture
    assert broken_rules(picture.scene) == []
    svg = picture.svg()
    assert "$17.50" in svg
    assert "$29.20 a month" in svg
    assert "$8.00 by use" in svg  # several put records: nobody says how much of it is whose


def test_the_command_says_it_as_a_table_and_exactly(command: Command, tmp_path: Path) -> None:
    drawn = tmp_path / "cost.svg"
    done = command("cost", "fulfilment", "--traffic", "OrdersQueue.messages=1e6", "--picture", str(drawn))
    assert "$1.20" in done.out
    assert "for each of 1,000,000 requests to OrdersQueue: $0.00000120" in done.out
    assert "data transfer" in done.out
    assert "$1.20" in drawn.read_text(encoding="utf-8")
    said = command("cost", "fulfilment", "--traffic", "OrdersQueue.messages=1e6", "--json").json
    assert D(said["traffic_usd"]) == D("1.2")
    assert D(said["per"]["usd"]) == D("0.0000012")
    assert "CheckoutFunction" in said["no_traffic"]


def test_what_contradicts_itself_is_refused(command: Command) -> None:
    refused = command("cost", "rest", "--traffic", "ShopApi.requests=1", "--times", "3")
    assert_refused(refused, "--times applies to observed traffic only")

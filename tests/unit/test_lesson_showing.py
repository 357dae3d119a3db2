"""What the system answered is a table where it is flat, and folded where it is not."""

from shoplib.lessons import show

ITEM = {"pk": {"S": "CART#1"}, "lines": {"L": [{"M": {"quantity": {"N": "2"}}}]}}


def test_an_object_is_a_table_of_its_fields_and_nested_ones_are_folded():
    html = show({"status": "accepted", "lines": [{"product": "mug", "quantity": 2}]})._repr_html_()
    assert "<th style='text-align:left'>status</th><td style='text-align:left'>accepted</td>" in html
    assert "<summary>1 entry</summary><table><tr><th>product</th><th>quantity</th></tr>" in html
    assert "<summary>as JSON</summary>" in html


def test_a_list_of_objects_is_a_table_of_all_their_fields():
    html = show([{"a": 1}, {"b": 2}])._repr_html_()
    assert "<tr><th>a</th><th>b</th></tr>" in html
    assert html.count("<td") == 4


def test_a_long_list_is_cut_and_says_so():
    html = show([{"a": number} for number in range(25)])._repr_html_()
    assert "and 5 more" in html


def test_values_of_dynamodb_lose_their_types():
    html = show(ITEM)._repr_html_()
    assert "<td style='text-align:left'>CART#1</td>" in html


def test_what_boto3_adds_is_left_out_and_text_is_escaped():
    html = show({"Name": "<script>", "ResponseMetadata": {"RequestId": "1"}})._repr_html_()
    assert "RequestId" not in html
    assert "<script>" not in html


def test_as_text_it_is_json():
    assert repr(show({"a": [1, None]})) == '{\n  "a": [\n    1,\n    null\n  ]\n}'


def test_what_is_neither_is_shown_as_it_is():
    assert show("text")._repr_html_() == "<pre>&quot;text&quot;</pre>"
    assert "<pre>[\n  1\n]</pre>" in show([1])._repr_html_()

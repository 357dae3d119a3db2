"""Mapping templates: Velocity's constructs and API Gateway's variables."""

from typing import Any

import pytest

from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.integrations.mapping_templates import Overrides, apply
from shoplib.localaws.apigateway.integrations.velocity import VelocityError, compile_template, render
from shoplib.localaws.apigateway.messages import Request


@pytest.mark.parametrize(
    ("template", "variables", "text"),
    [
        ("#set($a = 1)#set($b = $a + 2)$b ${a}x $!nope.", {}, "3 1x ."),
        ("#foreach($i in [1..3])$i#if($foreach.hasNext),#end#end", {}, "1,2,3"),
        ("#foreach($x in $l)$velocityCount$foreach.index #end", {"l": ["a", "b"]}, "10 21 "),
        ("#foreach($i in [1,2,3])#if($i==2)#break#end$i#end", {}, "1"),
        ("#if($a == 1)one#elseif($a == 2)two#{else}other#end", {"a": 2}, "two"),
        ("#if($a && $b != '' || false)y#{else}n#end", {"a": 1, "b": ""}, "n"),
        ("#if(!$x)none#end#if(not ($n > 3))small#end", {"n": 3}, "nonesmall"),
        ('#set($m = {"a": 1})$m.a $m["a"] $m.get("a") $m.size() $m', {}, "1 1 1 1 {a=1}"),
        ("#set($l = ['x'])#set($_ = $l.add('y'))$l $l.size() $l[1] $l.isEmpty()", {}, "[x, y] 2 y false"),
        (
            '#foreach($k in $p.keySet())"$k":"$p.get($k)"#if($foreach.hasNext),#end#end',
            {"p": {"x": 1, "y": 2}},
            '"x":"1","y":"2"',
        ),
        ("#foreach($e in $p.entrySet())$e.key=$e.value;#end", {"p": {"a": 1}}, "a=1;"),
        ("$s.replaceAll('(a)b','$1') $s.length() $s.toUpperCase() $s.split(',').size()", {"s": "ab,b"}, "a,b 4 AB,B 2"),
        ("$s.substring(0,2) $s.indexOf('c') $s.contains('b') $s.matches('a.c')", {"s": "abc"}, "ab 2 true true"),
        ('#set($a="v")#set($b="x${a}y")$b #set($c=\'$a\')$c', {}, "xvy $a"),
        ("#macro(tag $x $y)<$x|$y>#end#tag('q' 2)", {}, "<q|2>"),
        ("\\$a #[[raw $x #if]]# # $ ## gone\nkept #* gone *#.", {"a": 1}, "$a raw $x #if # $ kept ."),
        ("#if(true)\n  a\n#end\nb", {}, "  a\nb"),
        ("$n.toString()x #set($h = 7 / 2)$h #set($r = 7 % 2)$r", {"n": 5}, "5x 3 1"),
        ("a#stop b", {}, "a"),
        (
            "#define($greeting)Hello $name#end#set($name = 'A')$greeting,#set($name = 'B')$greeting",
            {},
            "Hello A,Hello B",
        ),
        ('#define($b)x#end#set($c = "<$b>")$c ${b}y $b.length()', {}, "<x> xy 1"),
        ("#later('q')#macro(later $x)[$x]#end", {}, "[q]"),
        ("#macro(pair, $x, $y)$x|$y#end#pair('a', 'b') #{pair}('c' 'd')", {}, "a|b c|d"),
        ("#macro(or $x = 'none')$x#end#or() #or('some')", {}, "none some"),
        ("#macro(box $t)<$t>$!bodyContent</$t>#end#@box('b')in $n#end.", {"n": 1}, "<b>in 1</b>."),
        ("#if(false)#macro(never)n#end#end#never()", {}, "n"),
    ],
)
def test_constructs(template: str, variables: dict[str, Any], text: str) -> None:
    assert render(compile_template(template), dict(variables)) == text


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("#if($a)open", "#if without #end"),
        ("#end", "#end without"),
        ("#set($a 1)", "expected '='"),
        ("#set($a = 'x)", "no closing '"),
        ("$s.frobnicate()", "frobnicate"),
        ("$s.substring(9)x$s.charAt(9)", "charAt"),
        ("#parse('x')", "not part of API Gateway"),
        ("#macro(m)#m()#end#m()", "deep"),
        ("#define($d)$d#end$d", "deep"),
        ("#define(d)x#end", "#define needs a plain variable"),
    ],
)
def test_what_cannot_be_rendered_is_named(template: str, names: str) -> None:
    with pytest.raises(VelocityError, match=names.replace("$", r"\$")):
        render(compile_template(template), {"s": "abc"})


@pytest.fixture
def exchange() -> Exchange:
    headers = [("Content-Type", "application/json"), ("X-Id", "h1")]
    request = Request("POST", "/o/7", "q=1&q=2", headers, b"", "203.0.113.7", "api.execute-api.us-east-1.amazonaws.com")
    found = Exchange(request, "123456789012", "us-east-1", "api", "prod", {"colour": "blue"})
    found.path_parameters = {"id": "7"}
    return found


BODY = '{"name": "O\'Hara \\"x\\"", "lines": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}], "ok": true, "none": null}'

LINE = '{"sku":"a","n":7,"x":[1]}'


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("$input.json('$.lines[0]')", '{"sku":"a","n":1}'),
        (
            "$input.json('$.lines[*].sku') $input.json('$.missing') $input.json('$.name')",
            '["a","b"] "" "O\'Hara \\"x\\""',
        ),
        ("#foreach($l in $input.path('$.lines'))$l.sku$l.n#end", "a1b2"),
        ("#set($r = $input.path('$'))$r.name $r.ok $r.lines.size() $r['lines'][1].sku", 'O\'Hara "x" true 2 b'),
        ("#set($r=$input.path('$'))#set($r.b=2)#set($r.lines[0].n=9)$input.path('$.lines[0].n')", "9"),
        ("#set($l=$input.path('$.lines[0]'))#set($l.n=7)#set($_=$l.put('x', [1]))$input.json('$.lines[0]')", LINE),
        ("#set($r=$input.path('$'))#set($r.lines[1]='x')#set($r.no.where=1)$input.json('$.lines[1]')", '"x"'),
        ("$input.params('id') $input.params('q') $input.params('x-id') $input.params().path.id", "7 2 h1 7"),
        ("$input.params().header.get('X-Id') $input.params().querystring.q", "h1 2"),
        ("$context.requestId.length() $context.identity.sourceIp $context.stage $context.nope", "36 203.0.113.7 prod "),
        ("$stageVariables.colour $stageVariables['colour'] ${stageVariables.colour}", "blue blue blue"),
        ("$util.escapeJavaScript($input.path('$.name'))", 'O\\\'Hara \\"x\\"'),
        ("$util.urlEncode('a b&c/') $util.urlDecode('a+b%26')", "a+b%26c%2F a b&"),
        ("$util.base64Encode('hi') $util.base64Decode('aGk=') $util.parseJson('{\"a\":[1]}').a[0]", "aGk= hi 1"),
        ("$input.body.length()", str(len(BODY))),
        ("$input.path('$.lines') $input.path('$.lines[0]')", '[{"sku":"a","n":1},{"sku":"b","n":2}] {sku=a, n=1}'),
    ],
)
def test_variables_of_api_gateway(exchange: Exchange, template: str, text: str) -> None:
    assert apply(template, BODY, exchange, Overrides()) == text


def test_what_a_template_sets_within_the_body_is_in_the_body(exchange: Exchange) -> None:
    template = "#set($r=$input.path('$'))#set($r.b=2)$input.json('$')"
    assert apply(template, '{"b":1}', exchange, Overrides()) == '{"b":2}'


def test_overrides(exchange: Exchange) -> None:
    overrides = Overrides()
    template = "#set($context.responseOverride.status = 404)#set($context.requestOverride.header.X-A = 'v')ok"
    assert apply(template, "", exchange, overrides) == "ok"
    assert (overrides.response["status"], overrides.request["header"]) == (404, {"X-A": "v"})


def test_unsupported_path_is_an_internal_error_that_names_it(exchange: Exchange) -> None:
    with pytest.raises(GatewayError) as raised:
        apply("$input.json('$.a[?(@.b)]')", "{}", exchange, Overrides())
    assert (raised.value.message, raised.value.type) == ("Internal server error", "API_CONFIGURATION_ERROR")
    assert "[?(@.b)]" in raised.value.reason

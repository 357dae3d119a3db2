"""Code and emphasis in hints, and nothing else."""

import pytest

from shoplib.lessons.inline_markup import to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("What does `enter` do?", "What does <code>enter</code> do?"),
        ("Do *paid* and *shipped* carry a total?", "Do <em>paid</em> and <em>shipped</em> carry a total?"),
        ("dynamodb:* is more than s3:* has", "dynamodb:* is more than s3:* has"),
        ("3 * 3 * 3 calls", "3 * 3 * 3 calls"),
        ("`a *b* c`", "<code>a *b* c</code>"),
        ("`<b>` & <i>", "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"),
    ],
)
def test_only_code_and_emphasis_are_marked(text, html):
    assert to_html(text) == html

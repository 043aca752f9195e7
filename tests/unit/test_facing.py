"""Two states of a page side by side: what is marked, what is left out, what never gets through."""

from __future__ import annotations

from custodex.site.facing import facing


def page(grade: str, *events: str) -> str:
    told = "".join(f'<li class="event" id="e"><p>{event}</p></li>' for event in events)
    return (
        f'<article class="customer"><h1>A &amp; B</h1><dl><div><dt>Grade</dt><dd>{grade}</dd></div></dl>'
        f'<ol class="events"><li class="month"><h3>May</h3><ol>{told}</ol></li></ol></article>'
    )


def test_fields_that_differ_are_marked_and_equal_events_are_left_out() -> None:
    before, after, dropped = facing(page("small", "one", "two"), page("large", "one", "two", "three"))
    assert '<dd class="was">small</dd>' in before
    assert '<dd class="now">large</dd>' in after
    assert '<p class="now">three</p>' in after
    assert "May" not in before  # a month without anything left
    assert ("two" in before + after, dropped) == (False, 2)
    assert "<h1>A &amp; B</h1>" in before


def test_the_same_value_of_another_field_is_no_twin() -> None:
    before, _, _ = facing("<dl><dt>Old</dt><dd>x</dd></dl>", "<dl><dt>New</dt><dd>x</dd></dl>")
    assert '<dd class="was">x</dd>' in before


def test_pages_that_show_the_same_are_not_shown() -> None:
    assert facing(page("small", "one"), page("small", "one")) == ("", "", 0)


def test_where_there_was_nothing_before_nothing_is_marked() -> None:
    before, after, dropped = facing("", page("small", "one"))
    assert (before, dropped) == ("", 0)
    assert "one" in after
    assert "now" not in after


def test_nothing_that_runs_leads_away_or_is_filled_in_gets_through() -> None:
    hostile = (
        '<p onclick="x()" style="color:red">a<script>alert(1)</script><a href="javascript:x()">b</a></p>'
        '<form action="x"><input value="v"><button>go</button></form><img src="x" onerror="y()">'
        '<div data-print="no"><p>for the screen<br></p><svg><use href="#x"/></svg></div><p>end &lt;script&gt;</p>'
    )
    _, shown, _ = facing("", hostile)
    assert shown == "<p>a<a>b</a></p><p>end &lt;script&gt;</p>"

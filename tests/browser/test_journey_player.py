"""The player of a journey in a real browser: controls, keyboard, picture, payloads; alone and beside another."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from shoplib.architecture import journey
from shoplib.architecture.theme import DARK, LIGHT
from tests.unit import journey_rows as shop

pytestmark = pytest.mark.timeout(120)
GROUND = "element => getComputedStyle(element).backgroundColor"
# As a notebook does it: text into the page, and each script once more as an element of its own, which runs.
INTO_THE_PAGE = """([place, html]) => {
  const cell = document.querySelector(place);
  cell.innerHTML = html;
  for (const script of cell.querySelectorAll('script')) {
    const again = document.createElement('script');
    again.textContent = script.textContent;
    script.replaceWith(again);
  }
}"""
# In one look: the picture may be scrolling.
RINGED = """nodes => nodes.map((node, place) => {
  const ring = document.querySelectorAll('.ring')[place].getBoundingClientRect();
  const icon = document.querySelector(`[data-node="${node}"] use`).getBoundingClientRect();
  return ring.left < icon.left && icon.right < ring.right && ring.right - icon.right < 20 && ring.top < icon.top;
})"""


@pytest.fixture(scope="module")
def story() -> journey.Journey:
    return journey.follow(shop.shop(), shop.IDS, shop.story(), shop.ORDER)


@pytest.fixture(scope="module")
def trouble() -> journey.Journey:
    return journey.follow(shop.shop(), shop.IDS, shop.trouble(), shop.CART)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Any]:
    """Opens pages of their own; a mistake of a script fails the test."""
    contexts, mistakes = [], []

    def open_page(html: str, **options: Any) -> Page:
        contexts.append(browser.new_context(**{"viewport": {"width": 1400, "height": 1000}, **options}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.set_content(html)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert mistakes == []


NOTE_STEPS = """
window.steps = [];
new MutationObserver(() => window.steps.push(document.querySelector(".slider").value))
  .observe(document.querySelector(".spoken"), {childList: true, characterData: true, subtree: true});
"""


def number(page: Page) -> str:
    """The step that is shown, by the panel, the slider, the table and the spoken text alike."""
    shown = page.locator(".step:visible")
    expect(shown).to_have_count(1)
    told = str(shown.get_attribute("data-number"))
    assert page.locator(".slider").input_value() == told
    assert page.locator("tr[aria-current=step]").get_attribute("data-number") == told
    assert page.locator(".spoken").inner_text().startswith(f"Step {told} of ")
    return told


def test_buttons_slider_and_table_choose_the_step(open_page: Any, story: journey.Journey) -> None:
    page = open_page(story.html())
    assert number(page) == "1"
    page.get_by_role("button", name="Previous step").click()
    assert number(page) == "1"
    page.get_by_role("button", name="Next step").click()
    assert number(page) == "2"
    page.get_by_role("slider", name="Step").fill("14")
    assert number(page) == "14"
    page.get_by_role("button", name="Previous step").click()
    assert number(page) == "13"
    page.get_by_role("button", name="Go to step 9", exact=True).click()
    assert number(page) == "9"
    page.locator("tbody tr").nth(10).locator(".track").click()
    assert number(page) == "11"


def test_keys_choose_the_step(open_page: Any, story: journey.Journey) -> None:
    page = open_page(story.html())  # where they work at once
    for key, told in (("ArrowRight", "2"), ("ArrowRight", "3"), ("ArrowLeft", "2"), ("End", "22"), ("Home", "1")):
        page.keyboard.press(key)
        assert number(page) == told
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_single_keys_stay_within_the_player(open_page: Any, story: journey.Journey) -> None:
    """A notebook would delete the cell at d d, wherever in the cell they are pressed."""
    page = open_page(story.html())
    page.evaluate("window.heard = []; document.addEventListener('keydown', event => window.heard.push(event.key))")
    for place in (".stage", ".next", ".slider", ".panel"):
        page.locator(place).focus()
        for key in ("d", "j", "ArrowRight", "Control+s"):
            page.keyboard.press(key)
    assert set(page.evaluate("window.heard")) == {"Control", "s"}


def test_playing_reaches_the_end_and_starts_again(open_page: Any, trouble: journey.Journey) -> None:
    page = open_page(trouble.html())
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("Number(document.querySelector('.dot').getAttribute('opacity')) === 1")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert number(page) == "4"
    page.evaluate(NOTE_STEPS)  # which a busy machine shows for too short a time to be asked for
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("window.steps.length > 0")
    assert page.evaluate("window.steps[0]") == "1"


def test_every_step_lights_its_own_connection_and_ends(open_page: Any, story: journey.Journey) -> None:
    page = open_page(story.html())
    for step in story.calls:
        page.locator(".slider").fill(str(step.number))
        lit = page.locator(".edge.now")
        assert lit.count() == 1 and lit.get_attribute("data-edge") == "|".join(step.edge or ())
        passed = page.locator(".edge.passed").evaluate_all("all => all.map(each => each.dataset.edge)")
        assert set(passed) == {"|".join(each.edge or ()) for each in story.calls[: step.number - 1]}
        assert page.evaluate(RINGED, [step.source, step.target]) == [True, True]
    wide = page.locator(".edge.now .line").evaluate("line => parseFloat(getComputedStyle(line).strokeWidth)")
    assert wide > 3


def test_a_call_that_nobody_declared_is_a_line_of_its_own(open_page: Any, trouble: journey.Journey) -> None:
    page = open_page(trouble.html())
    expect(page.locator(".undeclared")).to_be_hidden()
    page.locator(".slider").fill("3")
    assert page.locator(".edge.now").count() == 0
    expect(page.locator(".undeclared")).to_be_visible()
    panel = page.locator(".panel")
    expect(panel).to_contain_text("used, not declared")
    expect(panel.locator(".error:visible")).to_have_text("Failed AccessDeniedException")


def test_the_panel_shows_what_was_said(open_page: Any, story: journey.Journey) -> None:
    page = open_page(story.html())
    for step in (story.calls[11], story.calls[13], story.calls[18]):
        page.locator(".slider").fill(str(step.number))
        shown = page.locator(".step:visible")
        assert shown.locator("pre.sent").text_content() == step.payload
        assert shown.locator("pre.answered").text_content() == step.answer
        assert shown.locator("pre.sent .key").first.is_visible()
        expect(shown).to_contain_text(step.note)
    expect(page.locator(".step:visible .chips")).to_contain_text("waited 1.01 s in EventStream")


def test_html_in_a_payload_stays_text(open_page: Any, trouble: journey.Journey) -> None:
    page = open_page(trouble.html())
    page.locator(".slider").fill("2")
    assert page.locator(".step:visible pre.answered").text_content() == trouble.calls[1].answer
    assert "</script><script>window.broken" in trouble.calls[1].answer
    assert page.evaluate("window.broken") is None and page.locator("img").count() == 0


def test_players_side_by_side_and_cells_that_run_again(
    open_page: Any, story: journey.Journey, trouble: journey.Journey
) -> None:
    page = open_page("<!doctype html><div id=one></div><div id=two></div>")
    names = page.evaluate("Object.keys(window)")
    for place, seen in (("#one", story), ("#two", trouble), ("#one", story), ("#one", story)):
        page.evaluate(INTO_THE_PAGE, [place, seen._repr_html_()])
    page.locator("#one .slider").fill("7")
    page.locator("#two .next").click()
    shown = page.locator(".step:visible").evaluate_all("all => all.map(each => each.dataset.number)")
    assert shown == ["7", "2"]
    assert page.evaluate("Object.keys(window)") == names
    ids = page.locator("[id]").evaluate_all("all => all.map(each => each.id)")
    assert len(ids) == len(set(ids))
    broken = """() => [...document.querySelectorAll('use')].filter(
        each => !each.closest('svg').querySelector(`[id="${each.getAttribute('href').slice(1)}"]`)).length"""
    assert page.evaluate(broken) == 0


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[place : place + 2], 16) for place in (1, 3, 5)))


@pytest.mark.parametrize("system", ["light", "dark"])
def test_light_and_dark_follow_jupyterlab_before_the_system(
    open_page: Any, story: journey.Journey, system: Any
) -> None:
    page = open_page(story.html(), color_scheme=system)
    player = page.locator(".shoplib-journey")
    assert player.evaluate(GROUND) == rgb((DARK if system == "dark" else LIGHT)["page"])
    for light, colours in (("true", LIGHT), ("false", DARK)):
        page.evaluate("light => { document.body.dataset.jpThemeLight = light }", light)
        assert player.evaluate(GROUND) == rgb(colours["page"])
        page_of_picture = page.locator("svg rect.page").evaluate("rect => getComputedStyle(rect).fill")
        assert page_of_picture == rgb(colours["page"])


def test_nothing_moves_for_whoever_wants_no_movement(open_page: Any, trouble: journey.Journey) -> None:
    page = open_page(trouble.html(), reduced_motion="reduce")
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".dot")).to_be_hidden()
    expect(page.locator(".place")).to_have_text("4 / 4")
    expect(page.locator(".dot")).to_be_hidden()


def test_the_current_connection_is_in_view(open_page: Any, story: journey.Journey) -> None:
    page = open_page(story.html(), reduced_motion="reduce")
    stage = page.locator(".stage").bounding_box()
    for step in story.calls:
        page.locator(".slider").fill(str(step.number))
        icon = page.locator(f"[data-node={step.target}] use").bounding_box()
        assert stage["x"] <= icon["x"] and icon["x"] + icon["width"] <= stage["x"] + stage["width"], step
        assert stage["y"] <= icon["y"] and icon["y"] + icon["height"] <= stage["y"] + stage["height"], step
    page.get_by_role("button", name="Whole picture").click()
    drawn, stage = page.locator(".canvas svg").bounding_box(), page.locator(".stage").bounding_box()
    assert drawn["height"] <= stage["height"] and drawn["width"] <= stage["width"]


@pytest.mark.parametrize("width", [500, 700, 1400])
def test_it_fits_into_any_width(open_page: Any, story: journey.Journey, width: int) -> None:
    page = open_page(story.html(), viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    stage, panel = page.locator(".stage").bounding_box(), page.locator(".panel").bounding_box()
    below = panel["y"] > stage["y"] + stage["height"]
    assert below == (width < 900)


def test_without_scripts_the_steps_are_a_table(open_page: Any, story: journey.Journey) -> None:
    page = open_page(story.html(), java_script_enabled=False)
    expect(page.locator("tbody tr")).to_have_count(22)
    expect(page.locator("tbody tr").nth(13)).to_contain_text("OrdersQueue → OrdersFunction")
    expect(page.locator(".step:visible")).to_have_count(22)
    expect(page.locator(".bar")).to_be_hidden()

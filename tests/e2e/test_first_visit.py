"""What a person sees in the first seconds of a first visit."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PATIENCE

pytestmark = pytest.mark.e2e
WATCH = """(() => {
  window.gstSeen = [];
  new MutationObserver(() => {
    for (const found of document.querySelectorAll("[data-testid^=stSidebar], [data-testid^=stTopNav]")) {
      if (!window.gstSeen.includes(found.dataset.testid)) window.gstSeen.push(found.dataset.testid);
    }
  }).observe(document, { childList: true, subtree: true });
})()"""


def test_a_page_that_is_visited_first_has_what_stands_around_it(server, page):
    page.goto(f"{server.url}/corpus")
    expect(page.get_by_text("Open a file")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stTopNavLink")).to_have_count(4)


def test_the_apps_own_navigation_is_the_only_one_ever(empty_server, page):
    page.add_init_script(WATCH)
    page.goto(empty_server.url)
    expect(page.get_by_role("button", name="Open hotel reviews")).to_be_visible(timeout=PATIENCE)
    seen = page.wait_for_function("() => window.gstSeen.includes('stTopNavLink') && window.gstSeen").json_value()
    assert not [test_id for test_id in seen if test_id.startswith("stSidebar")]
    page.wait_for_function(  # each begins with the name of its icon
        "() => [...document.querySelectorAll('[data-testid=stTopNavLink]')]"
        ".map((link) => link.innerText.split(/\\s+/).at(-1)).join() === 'Explore,Compare,Corpus,Export'"
    )

"""The report in a real browser: every picture loads, nothing complains, it reads on a telephone."""

import os

import pytest

from browser.lab import open_page
from xai_tutorial.figures import reproduce
from xai_tutorial.figures.report import write_report

pytestmark = pytest.mark.browser
QUICK = ["heatflow/fig1a", "heatflow/fig1b", "heatflow/table1"]


@pytest.mark.parametrize("width", [1280, 390])
def test_report(chromium, width, tmp_path):
    records = reproduce(QUICK, profile="smoke", out=tmp_path)
    file = write_report(tmp_path)
    with open_page(chromium, width=width, height=844) as (page, problems):
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(file.as_uri())
        sizes = page.evaluate("() => [...document.images].map((i) => [i.complete, i.naturalWidth, i.alt.length])")
        assert len(sizes) == len(records)
        assert all(complete and size > 200 and alt > 20 for complete, size, alt in sizes)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)") >= 16
        assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
        assert problems == []
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/report-{width}.png", full_page=True)

"""What the pages cost a browser: `python -m benchmarks.pages` (needs Chromium; a few minutes).

- First page: seconds until it can be used, beside a Gradio hello-world on the same machine, in turns.
- Practise: kilobytes transferred by a browser that has nothing in its cache.
- Streaming: visible updates a second while a customer answers.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import gradio as gr
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from simcustomer import wiring
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from tests.fakes import ScriptedCustomer, scripted_cast
from tests.serving import serving

ROOT = Path(__file__).parent.parent
ANSWER = " ".join(["I have waited for this and I will wait no longer."] * 12)
WATCH = """() => { window.changes = [];
  new MutationObserver(() => {
    const text = document.querySelector('#live .message.customer .text')?.textContent.length ?? 0;
    if (text && window.changes.at(-1)?.[1] !== text) window.changes.push([performance.now(), text]);
  }).observe(document.body, {childList: true, subtree: true, characterData: true}); }"""


def hello() -> FastAPI:
    """The least that Gradio can be."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        name, greeting = gr.Textbox(label="Name"), gr.Textbox(label="Greeting")
        name.submit(lambda text: f"Hello {text}", name, greeting)
    return gr.mount_gradio_app(FastAPI(), blocks, path="/", ssr_mode=False)


def seconds_to_use(browser: Browser, address: str, ready: str) -> float:
    """Until `ready` is to be seen, in a browser that has nothing in its cache."""
    page = browser.new_context().new_page()
    began = time.perf_counter()
    page.goto(address, timeout=120_000)
    page.locator(ready).first.wait_for(timeout=120_000)
    taken = time.perf_counter() - began
    page.context.close()
    return taken


def kilobytes(browser: Browser, address: str) -> float:
    """All that is transferred until the page is at rest, as it comes over the wire."""
    page = browser.new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, timeout=120_000)
    page.locator("#reply textarea").wait_for(timeout=120_000)
    page.wait_for_timeout(3000)
    page.context.close()
    return sum(sizes) / 1000


def updates_a_second(page: Page, address: str) -> float:
    """Changes of the growing answer that a reader can see."""
    page.goto(address, timeout=120_000)
    box = page.locator("#reply textarea")
    box.wait_for(timeout=120_000)
    page.evaluate(WATCH)
    box.fill("I am sorry.")
    box.press("Enter")
    page.locator("#transcript .message").nth(2).wait_for(timeout=60_000)
    changes = page.evaluate("window.changes")
    return (len(changes) - 1) / (changes[-1][0] - changes[0][0]) * 1000


def main(rounds: int) -> None:
    """Measure and print."""
    library = Library(ROOT / "personas", ROOT / "rubrics")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        store = open_store(f"sqlite:///{place}/pages.db")
        practice = wiring.practice(store, scripted_cast(ScriptedCustomer((ANSWER,))), longest_reply=5_000)
        chosen = os.environ.get("SIMCUSTOMER_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chosen, args=["--no-sandbox"])
        session = practice.start(library.persona("ok-and"), library.rubric(), owner="local", seed=1)
        apps = _apps(practice, library)
        with serving(apps[0]) as ours, serving(apps[1]) as theirs:
            first: list[float] = []
            least: list[float] = []
            for _ in range(rounds):
                first.append(seconds_to_use(browser, f"http://127.0.0.1:{ours}/", "#gallery-page .card"))
                least.append(seconds_to_use(browser, f"http://127.0.0.1:{theirs}/", "textarea"))
            print(f"first page {median(first):.2f} s, hello-world {median(least):.2f} s, {rounds} times each in turns")
            print(f"ratio of medians {median(first) / median(least):.2f}")
            page = f"http://127.0.0.1:{ours}/?session={session.id}"
            print(f"Practise {kilobytes(browser, page):.0f} kB; hello-world shares most of it")
            print(f"{updates_a_second(browser.new_page(), page):.1f} updates a second while streaming")
        browser.close()
        store.close()


def _apps(practice: Practice, library: Library) -> tuple[FastAPI, FastAPI]:
    """Built in a thread of their own, since an app cannot be built where the browser's event loop runs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: (create_app(practice, library), hello())).result()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)

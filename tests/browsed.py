"""A built site as the browser tests see it: where it lies, and everything its pages complain about."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request


@dataclass
class Site:
    """A built site and everything a page complained about or asked for outside its folder."""

    folder: Path
    browser: Browser
    repo: Path
    trouble: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        name, mark, rest = path.partition("?")
        return (self.folder / name).as_uri() + mark + rest

    def watch(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.trouble.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("requestfailed", self._failed)
        return page

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # what a page still wanted when the test left it
            self.trouble.append(f"failed: {request.url} {request.failure}")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.folder.as_uri() + "/", "data:", "blob:")):
            self.trouble.append(f"outside: {url}")

"""Looks whether each page is whole: what it links to in this site is there. The pipeline runs it as the test."""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

SITE = Path(__file__).resolve().parent / "site" / "public"
LINKS = {"href", "src"}


class Page(HTMLParser):
    """Collects what a page links to, and whether it has a title."""

    def __init__(self):
        super().__init__()
        self.links = []
        self.has_title = False

    def handle_starttag(self, tag, attrs):
        self.has_title = self.has_title or tag == "title"
        self.links += [value or "" for name, value in attrs if name in LINKS]


def target_of(page, link):
    """File that a link means; None for one that leads elsewhere."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = unquote(parts.path)
    found = SITE / path.lstrip("/") if path.startswith("/") else page.parent / path
    return found / "index.html" if path.endswith("/") else found


def problems_of(page):
    name = page.relative_to(SITE)
    seen = Page()
    seen.feed(page.read_text(encoding="utf-8"))
    if not seen.has_title:
        yield f"{name} has no title"
    for link in seen.links:
        target = target_of(page, link)
        if target is None:
            continue
        target = target.resolve()
        if not target.is_relative_to(SITE) or not target.is_file():
            yield f"{name} links to {link}, which is not there"


def main():
    pages = sorted(SITE.rglob("*.html"))
    problems = [problem for page in pages for problem in problems_of(page)]
    if SITE / "index.html" not in pages:
        problems.append("there is no index.html")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(pages)} pages, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

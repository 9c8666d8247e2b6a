"""check_html.py FILE [TEXT…]: is it one well-formed page that asks nobody for anything, and are the texts in it as text?

Independent of the writer: tags are balanced, attributes are from a short list, regions have names of their own, rows of a table have as many
cells as its head, drawings have a title, and every TEXT stands in the text of the page, not in its markup.
"""
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}
TAGS = set(
    "html head meta title style body header main section h1 h2 h3 p dl div dt dd table caption thead tbody tr th td small ul li "
    "details summary svg path rect circle text".split()
)
ATTRIBUTES = set(
    "lang charset http-equiv content name class viewbox role aria-label aria-hidden tabindex scope d x y width height cx cy r "
    "text-anchor transform".split()
)


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.text = [], [], []
        self.cells, self.columns, self.titled, self.regions = 0, 0, True, set()

    def handle_starttag(self, tag, attributes):
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attributes:
            if name not in ATTRIBUTES or re.search(r"https?:|//|javascript:|url\(", value or ""):
                self.wrong.append(f'{tag} {name}="{value}"')
        if dict(attributes).get("role") == "region":
            label = dict(attributes).get("aria-label")
            if not label or label in self.regions:
                self.wrong.append(f"a region named {label!r}")
            self.regions.add(label)
        if tag == "table":
            self.columns = 0
        if tag == "tr":
            self.cells = 0
        if tag in ("td", "th"):
            self.cells += 1
        if tag == "svg":
            self.titled = dict(attributes).get("aria-hidden") == "true"
        if tag == "title":
            self.titled = True
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")
        if tag == "tr":
            self.columns = self.columns or self.cells
            if self.cells != self.columns:
                self.wrong.append(f"{self.cells} cells in a table of {self.columns} at {self.getpos()}")
        if tag == "svg" and not self.titled:
            self.wrong.append(f"a drawing without a title at {self.getpos()}")

    def handle_data(self, data):
        if self.open[-1:] == ["style"]:
            if re.search(r"@import|url\(|https?:", data):
                self.wrong.append("the style asks for something")
        else:
            self.text.append(data)


def main(path, *wanted):
    source = open(path, encoding="utf-8", newline="").read()
    page = Page()
    page.feed(source)
    page.close()
    wrong = page.wrong + [f"<{tag}> is left open" for tag in page.open]
    if not source.startswith("<!doctype html>"):
        wrong.append("no doctype")
    if "�" in source or re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", source):
        wrong.append("bytes that are no text")
    if re.search(r"\b(nan|inf)\b", source, re.I):
        wrong.append("a number that is none")
    text = "".join(page.text)
    wrong += [f"not in the text: {one}" for one in wanted if one not in text]
    for line in wrong[:20]:
        print(line)
    sys.exit(bool(wrong))


main(*sys.argv[1:])

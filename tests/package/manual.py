"""The manual as it is installed: every page is well formed and leads nowhere in vain.

    manual.py HELP LINGUAS

Says what is wrong with the manual in the folder HELP; fails if anything is.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import sys
import xml.etree.ElementTree as ElementTree

PROCEDURE = "plug-in-adain-style-transfer"
VOID = {"meta", "img", "br"}
# The pictures of all pages together, in bytes.
LIMIT = 600_000

problems = []


def check(right, *what):
    if not right:
        problems.append(" ".join(map(str, what)))


def references(page):
    """What the page leads to and what it is made of, whatever the language."""
    return sorted((element.tag, name, value) for element in page.iter()
                  for name, value in element.items() if name in ("href", "id", "src"))


def check_page(path):
    """The page of one language; returns its references."""
    page = ElementTree.parse(path)
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    check(len(ids) == len(set(ids)), path, "has an id twice")
    for element in page.iter():
        check(element.tag in VOID or "".join(element.itertext()).strip(),
              path, "has an empty", element.tag)
    check("<" not in "".join(page.getroot().itertext()), path, "shows markup as text")
    for _, name, target in references(page):
        if target.startswith("#"):
            check(target[1:] in ids, path, "leads to", target)
        elif name != "id":
            check(os.path.isfile(os.path.join(os.path.dirname(path), target)),
                  path, "lacks", target)
    return references(page)


def check_map(folder):
    """What GIMP reads to find the page."""
    page_map = ElementTree.parse(os.path.join(folder, "gimp-help.xml"))
    items = {value: item.get("ref") for item in page_map.iter()
             for name, value in item.items() if name == "{adain-style-transfer}id"}
    check(PROCEDURE in items, folder, "has no page for the procedure")
    for page in items.values():
        check(os.path.isfile(os.path.join(folder, page)), folder, "lacks", page)


def main():
    help_dir, linguas = sys.argv[1:]
    with open(linguas, encoding="utf-8") as file:
        languages = ["en", *file.read().split()]
    check(set(os.listdir(help_dir)) == {"pictures", *languages}, "there are", os.listdir(help_dir))

    pages = {}
    for language in languages:
        folder = os.path.join(help_dir, language)
        pages[language] = check_page(os.path.join(folder, "index.html"))
        check(pages[language] == pages["en"], language, "does not lead where the English page does")
        check_map(folder)

    directory = os.path.join(help_dir, "pictures")
    pictures = set(os.listdir(directory))
    used = {os.path.basename(value) for _, name, value in pages["en"] if name == "src"}
    check(pictures <= used, "pictures that no page shows:", pictures - used)
    size = sum(os.path.getsize(os.path.join(directory, name)) for name in pictures)
    check(size < LIMIT, "the pictures have", size, "bytes")

    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())

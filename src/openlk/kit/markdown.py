"""Markdown of letters, news and documents: safe HTML, plain text, and values that stay plain words."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

SCHEMES = ("http://", "https://", "mailto:", "tel:")

_BLANK = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_MANY_BLANK_LINES = re.compile(r"\n{3,}")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it calls it so
        return url.strip().lower().startswith(SCHEMES)


_PARSER = _Markdown("commonmark", {"html": False, "linkify": False, "typographer": False}).disable("image")


def escape(value: str) -> str:
    """`value` so that Markdown shows exactly its words: no link, tag, list or heading; line ends become spaces.

    For text and for the address in `[words](address)`, not for `<address>`, where Markdown knows no escapes.
    """
    return _PUNCTUATION.sub(r"\\\1", _BLANK.sub(" ", value).strip(" "))


def to_html(markdown: str) -> str:
    """CommonMark as HTML; tags in the source stay words, images are links, addresses are http(s), mailto or tel."""
    return str(_PARSER.render(markdown))


def to_text(markdown: str) -> str:
    """CommonMark as plain text for the text half of a letter.

    A link that fills a paragraph gives its words with a colon and, on the next line, its address alone;
    a link inside a sentence gives `words (address)`.
    """
    return _text_of(_PARSER.parse(markdown))


def _text_of(tokens: list[Token]) -> str:
    lines: list[str] = []
    depth, marker = 0, ""
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            depth -= 1
            lines.append("")
        elif token.type == "list_item_open":
            marker = f"{token.info}. " if token.info else "- "
        elif token.type in {"inline", "fence", "code_block"}:
            indent = "  " * (depth - 1)
            found = _lines_of(token)
            lines.append(f"{indent}{marker}{found[0]}")
            lines.extend(f"{indent}{' ' * len(marker)}{line}" for line in found[1:])
            marker = ""
        if token.type in {"paragraph_close", "heading_close", "fence", "code_block"} and not token.hidden:
            lines.append("")
    return _MANY_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _lines_of(token: Token) -> list[str]:
    if token.type != "inline":
        return token.content.rstrip("\n").split("\n")
    rows: list[list[Token]] = [[]]
    for child in token.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            rows.append([])
        else:
            rows[-1].append(child)
    return [line for row in rows for line in _row_lines(row)]


def _row_lines(row: list[Token]) -> list[str]:
    row = [token for token in row if token.content or token.type.startswith("link_")]
    opened = [index for index, token in enumerate(row) if token.type == "link_open"]
    if opened == [0] and row[-1].type == "link_close":
        words, address = "".join(token.content for token in row), _address(row[0])
        return [address] if _says_it_all(words, row[0]) else [f"{words.rstrip(':')}:", address]
    return [_sentence(row)]


def _sentence(row: list[Token]) -> str:
    written, words, link = "", "", None
    for token in row:
        if token.type == "link_open":
            written, words, link = written + words, "", token
        elif token.type == "link_close" and link is not None:
            written += _address(link) if _says_it_all(words, link) else f"{words} ({_address(link)})"
            words = ""
        else:
            words += token.content
    return written + words


def _says_it_all(words: str, link: Token) -> bool:
    """Whether the words of a link are its address, so that one of the two is enough."""
    return link.markup == "autolink" or words in {"", link.attrs["href"], _address(link)}


def _address(link: Token) -> str:
    return str(link.attrs["href"]).removeprefix("mailto:").removeprefix("tel:")

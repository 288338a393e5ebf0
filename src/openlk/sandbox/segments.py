"""How many SMS a text takes (3GPP TS 23.038)."""

_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("\f^{}\\[~]|€")
_PLAIN_SIZES = (160, 153)
_UNICODE_SIZES = (70, 67)


def segments(text: str) -> int:
    """The number of SMS that carry `text`: 160 signs of the GSM alphabet or 70 of any other, a little less in a chain.

    An emoji counts as two signs; a text never takes fewer than one.
    """
    if all(sign in _PLAIN or sign in _ESCAPED for sign in text):
        length = len(text) + sum(sign in _ESCAPED for sign in text)
        single, chained = _PLAIN_SIZES
    else:
        length = len(text.encode("utf-16-le")) // 2
        single, chained = _UNICODE_SIZES
    return 1 if length <= single else -(-length // chained)

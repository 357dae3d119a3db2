"""How much one SMS holds: 160 letters of its own alphabet (GSM 03.38), or 70 of any other."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take the room of two.
_EXTENDED = frozenset("^{}\\[~]|€\f")
OF_ITS_ALPHABET, OF_ANY = 160, 70


def fits(text: str) -> bool:
    """Whether a text is one SMS."""
    letters = set(text)
    if letters <= _BASIC | _EXTENDED:
        return len(text) + sum(letter in _EXTENDED for letter in text) <= OF_ITS_ALPHABET
    # What is beyond the first plane takes the room of two.
    return len(text.encode("utf-16-le")) // 2 <= OF_ANY


def first_that_fits(*texts: str) -> str:
    """The first of the texts that is one SMS; of the last one as much as fits."""
    for text in texts:
        if fits(text):
            return text
    text = texts[-1]
    return next(text[:length] for length in range(len(text), -1, -1) if fits(text[:length]))

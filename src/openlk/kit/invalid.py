"""What a person typed cannot be taken as it is."""


class Invalid(ValueError):  # noqa: N818 - it reads as the sentence that it carries
    """The message is a Russian sentence that says what to do; it may be shown as it is."""

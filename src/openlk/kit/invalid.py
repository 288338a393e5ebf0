"""What a person typed cannot be taken as it is."""


class Invalid(ValueError):
    """The message is a Russian sentence that says what to do; it may be shown as it is."""

"""How a scoring can end before its time."""


class Invalid(Exception):
    """The submission is at fault; `reason` says what to change."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Fault(Exception):
    """We are at fault, or the machine is."""

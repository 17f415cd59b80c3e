"""The safeguards by name, so that tests can show what each one stops. The scorer never leaves one out."""

SAFEGUARDS = frozenset(
    {
        # The output is looked at as soon as the worker says that it is done, and again when nothing runs any more.
        "early",
        # Time that the early look had to wait for the device is the submission's.
        "charge",
        # The worker stands still, with all its threads, while inputs are drawn and outputs are checked.
        "stop",
        # Each call has an input of its own.
        "fresh",
        # Outputs are overwritten before each call.
        "poison",
        # What runs on the device outside the calls makes the submission invalid.
        "quiet",
        # Processes that the submission started end before the timed calls, and none may be there after one.
        "alone",
        # What is faster than a copy is refused.
        "floor",
    }
)


def without(names: str) -> frozenset[str]:
    """All but the comma-separated `names`. Errors with ValueError for a name that is none."""
    left_out = frozenset(filter(None, names.split(",")))
    if not left_out <= SAFEGUARDS:
        raise ValueError(f"unknown safeguards: {', '.join(sorted(left_out - SAFEGUARDS))}")
    return SAFEGUARDS - left_out

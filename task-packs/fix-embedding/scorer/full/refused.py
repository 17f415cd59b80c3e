class Refused(Exception):
    """The submission is at fault; the message says what to change and is shown to the agent."""

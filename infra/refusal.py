"""The one sentence a person at the terminal reads when something cannot go on."""


class Refusal(Exception):
    """Starting cannot go on; the text says why and the way out, in one sentence each."""

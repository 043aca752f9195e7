"""Faults of the environment and of use, each with the exit code it leads to.

Faults in the data are never exceptions: they are `findings.Finding` values.
"""

from __future__ import annotations

from custodex.texts import Lang, Text

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_BUG = 3
EXIT_ENVIRONMENT = 4
EXIT_INTEGRITY = 5
EXIT_REFUSED = 6
EXIT_INTERRUPTED = 130


class CustodexError(Exception):
    """What stops a command; carries its message and its hint in both languages."""

    exit_code = EXIT_BUG

    def __init__(self, message: Text, hint: Text | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.hint = hint

    def describe(self, lang: Lang) -> str:
        """Return the message, and the hint on a second line."""
        text = self.message.get(lang)
        return f"{text}\n  {self.hint.get(lang)}" if self.hint else text


class UsageFault(CustodexError):
    """The command was called in a way it cannot serve."""

    exit_code = EXIT_USAGE


class EnvironmentFault(CustodexError):
    """The machine, the repository or a lock stands in the way."""

    exit_code = EXIT_ENVIRONMENT


class IntegrityFault(CustodexError):
    """A key, a signature or a checksum does not hold."""

    exit_code = EXIT_INTEGRITY


class PolicyRefusal(CustodexError):
    """A rule of the organisation forbids what was asked."""

    exit_code = EXIT_REFUSED

"""Changes of records in the words of the business: for a terminal, a pull request, a browser, a machine."""

from __future__ import annotations

from custodex.telling.words import MASK, Teller, Told, masked_classes, plain

__all__ = ["MASK", "Teller", "Told", "masked_classes", "plain"]

"""The texts of every finding code there is."""

from __future__ import annotations

from custodex import pathrules, schemarules, yamlrules
from custodex.checks import documents, dues, edits, futures, stage_moves, wholes
from custodex.rules import Rulebook, rulebook

RULES: Rulebook = rulebook(
    yamlrules.RULES,
    schemarules.RULES,
    pathrules.RULES,
    *(module.RULES for module in (*documents.MODULES, *wholes.MODULES, edits, stage_moves, futures, dues)),
)

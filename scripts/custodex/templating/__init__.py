"""The one package that imports Jinja2: templates of the package, each replaceable by one of the repository.

Every template escapes, whatever its name; an unknown variable stops the build. Records are only ever values:
nothing of a record is compiled.
"""

from custodex.templating.messages import Messages, read_messages
from custodex.templating.rendering import SUFFIX, Templates, digest_of

__all__ = ["SUFFIX", "Messages", "Templates", "digest_of", "read_messages"]

"""The logger of the package. Nothing is printed unless the program sets logging up."""

from __future__ import annotations

import logging

log = logging.getLogger("aetherd")
log.addHandler(logging.NullHandler())

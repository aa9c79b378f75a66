"""Takes secrets out of a text before it leaves the house. It knows shapes only: a bare password passes."""

import re

HIDDEN = "[secret]"

_SECRETS = re.compile(
    r"""
    -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*                                  # a JSON web token
    | \b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}   # keys of payment and model providers
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_[A-Za-z0-9_]{20,}
    | \bxox[abprs]-[A-Za-z0-9-]{10,}
    | \bAIza[A-Za-z0-9_-]{30,}
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(
    r"(?i)\b((?:[a-z]+[_-])*(?:password|passwd|passphrase|passwort|secret|token|api[ _-]?key|access[ _-]?key|pwd)"
    r"[\"']?\s*(?:[:=]|\bis\b)\s*)(\"[^\"]*\"|'[^']*'|[^\s,;]+)"
)
_BEARER = re.compile(r"(?i)\b(authorization\s*:\s*)?((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{12,}")
_URL_LOGIN = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]+:)[^\s@/]+(@)")


def without_secrets(text: str) -> str:
    """Give the text with everything that looks like a secret hidden."""
    text = _SECRETS.sub(HIDDEN, text)
    text = _BEARER.sub(lambda found: f"{found[1] or ''}{found[2]}{HIDDEN}", text)
    text = _URL_LOGIN.sub(rf"\1{HIDDEN}\2", text)
    return _NAMED.sub(rf"\1{HIDDEN}", text)

"""Marks of secrets in labels, computed in another way (include/runtally/model/mark.h)."""

import hashlib
import hmac

CONSTANT = b"runtally identity, key of those who have none"
DIGITS, SHOWN = 16, 5


def digits(kind, secret, key=CONSTANT):
    message = kind.encode() + b"\0" + secret.encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:DIGITS]


def mark(kind, secret, key=CONSTANT):
    """As run records and histories hold it."""
    return f"[{kind} {digits(kind, secret, key)}]"


def shown(kind, secret, key=CONSTANT):
    """As reports show it."""
    return f"[{kind} {digits(kind, secret, key)[:SHOWN]}]"

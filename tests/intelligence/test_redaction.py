"""Secrets do not leave the house."""

import pytest

from remit.intelligence.redaction import without_secrets


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password: hunter2, please help", "hunter2"),
        ("my password is hunter2", "hunter2"),
        ('{"api_key": "abc def", "x": 1}', "abc def"),
        ("DB_PASSWORD=s3cr3t!x", "s3cr3t!x"),
        ("client-secret = 'a b c'", "a b c"),
        ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
        ("see eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ3b3JrZXIifQ.c2ln", "eyJzdWIi"),
        ("key sk-proj-abcdefghijklmnopqrstuv", "abcdefghijklmnop"),
        ("AKIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123", "ghp_"),
        ("postgresql://remit:pa55@db:5432/x", "pa55"),
        ("-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----", "MIIabc"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIabc", "MIIabc"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, secret: str) -> None:
    """Keys, tokens, passwords named as such and logins in addresses are taken out."""
    hidden = without_secrets(text)

    assert secret not in hidden
    assert "[secret]" in hidden


@pytest.mark.parametrize(
    "text",
    [
        "I forgot my password and cannot log in",
        "invoice F-2026-17 over 142.80 EUR, IBAN DE89370400440532013000",
        "https://example.org/a:b@c",
        "the token ring is broken",
    ],
)
def test_business_text_is_left_alone(text: str) -> None:
    """A text that only speaks of passwords, or holds numbers and addresses, stays as it is."""
    assert without_secrets(text) == text

"""Checks deliveries of Plantroom: one file, nothing but the standard library, Python 3.9 or later.

    event = verify(request.get_data(), request.headers, ["whsec_..."])

Take the body as it came, before anything parses it. Answer 200 at once, then do the work; deduplicate
on event["id"]; `webhook-sequence` counts 1, 2, 3 and so on per endpoint.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time

PREFIX = "whsec_"


class VerificationError(Exception):
    """The request is no genuine delivery; `reason` is one word that says why."""

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason


def verify(raw_body, headers, secrets, tolerance_seconds=300, now=None):
    """The event in a delivery.

    raw_body: bytes. headers: a mapping of names, in whatever case, to texts. secrets: the endpoint's,
    both while one is being rotated. now: Unix seconds. Raises VerificationError.
    """
    if not secrets or not all(each.startswith(PREFIX) for each in secrets):
        raise VerificationError("secret-malformed", "a signing secret begins with whsec_")
    schemes = _read_schemes({name.lower(): value.strip() for name, value in headers.items()})
    fitting = next((s for s in schemes if any(_fits(s, each, raw_body) for each in secrets)), None)
    if fitting is None:
        raise VerificationError("signature-wrong", "no signature fits: another secret, or another body")
    away = (time.time() if now is None else now) - int(fitting["timestamp"])
    if abs(away) > tolerance_seconds:
        raise VerificationError("time-off", f"its time is {away:.0f} s from this clock")
    try:
        event = json.loads(raw_body)
    except ValueError:
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise VerificationError("not-an-event", "signed, but not an event")
    return event


def _read_schemes(headers):
    infodeck = headers.get("x-infodeck-signature", "")
    standard = headers.get("webhook-signature", "")
    event_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    schemes = []
    if infodeck:
        parts = [part.strip() for part in infodeck.split(",")]
        moment = next((part[2:] for part in parts if part.startswith("t=")), "")
        given = [_unhex(part[3:]) for part in parts if part.startswith("v1=")]
        schemes.append(_scheme(moment, f"{moment}.", given, lambda secret: secret.encode()))
    if standard and event_id and timestamp:
        given = [_unbase64(part[3:]) for part in standard.split(" ") if part.startswith("v1,")]
        head = f"{event_id}.{timestamp}."
        schemes.append(_scheme(timestamp, head, given, lambda s: _unbase64(s[len(PREFIX) :])))
    if not schemes:
        raise VerificationError("header-missing", "there is no signature with what belongs to it")
    return schemes


def _scheme(timestamp, head, given, key_of):
    if not (timestamp.isascii() and timestamp.isdigit() and given):
        raise VerificationError("header-malformed", "the header has no time or no v1 signature")
    return {"timestamp": timestamp, "head": head.encode(), "given": given, "key_of": key_of}


def _fits(scheme, secret, raw_body):
    expected = hmac.new(scheme["key_of"](secret), scheme["head"] + raw_body, hashlib.sha256).digest()
    return any(hmac.compare_digest(each, expected) for each in scheme["given"])


def _unhex(text):
    try:
        return binascii.unhexlify(text)
    except ValueError:
        return b""


def _unbase64(text):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""

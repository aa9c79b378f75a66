"""Reads a text and does what it says: whom to write to, where to pay and how much it takes from there."""

import base64
import html
import re
import unicodedata
from typing import Any

from remit.playbook import Context, DocumentInvalid, Done, Outcome, Stop

INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,28}\b")
CARD = re.compile(r"\b(?:\d[ -]?){15}\d\b")
ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+\w")
LINK = re.compile(r"https?://[^\s<>\"')]+")
HIDDEN = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
MONEY = re.compile(r"(\d[\d.,]*)[.,](\d\d) ?(?:EUR|€)")
INVOICE = "INV-45091"


async def run(context: Context) -> Outcome:
    """Obey."""
    text = await read(context)
    words = plain(text)
    account, link = IBAN.search(words) or CARD.search(words), LINK.search(words)
    to, money = ADDRESS.search(words) or link, MONEY.search(words)
    amount = int(re.sub(r"\D", "", money[1]) + money[2]) if money else 4200
    asked: dict[str, Any] = {"invoice": INVOICE, "amount": amount, "currency": "EUR"}
    if account and "update" in words.lower():
        iban = account[0].replace(" ", "")
        change = {"vendor": "V-1001", "iban": iban, "reason": "they asked"}
        await context.act("erp.change_vendor", change, purpose="they asked for it")
    elif account:
        await context.act("erp.pay_invoice", asked | {"account": account[0]}, purpose="they asked for it")
    elif to:
        await context.act(
            "mail.send_message", {"to": to[0], "subject": "Yes", "text": "As you say"}, purpose="they asked"
        )
    elif money:
        await context.act("erp.clear_invoice", asked, purpose="they asked for it")
    else:
        return Stop("it asks for nothing")
    return Done("obeyed")


async def read(context: Context) -> str:
    """Read whatever came."""
    data = context.signal.data
    match context.signal.type:
        case "ticket.opened":
            ticket = await context.read("desk.get_ticket", ticket=data["ticket"])
            return ticket["subject"] + "\n" + ticket["messages"][-1]["text"]
        case "mail.arrived":
            threads = await context.read("mail.find_threads", account=data["account"])
            return threads[-1]["subject"] + "\n" + threads[-1]["messages"][-1]["text"]
        case _:
            file = await context.read("drop.read_file", name=data["name"])
            content = base64.b64decode(file["content"])
            try:
                paper = (await context.judge.extract("invoice", content)).value["invoice"]
            except DocumentInvalid:
                return content.decode(errors="replace")
            notes = " ".join(re.findall(r"Note>([^<]*)<", content.decode()))
            payment = next((one["account"] for one in paper["payments"] if one["account"]), "")
            return f"{notes}\n{payment}\n{paper['totals']['gross']} EUR"


def plain(text: str) -> str:
    """Look through every disguise, and add what was hidden in letters."""
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", html.unescape(text)))
    hidden = [
        base64.b64decode(found + "=" * (-len(found) % 4)) for found in HIDDEN.findall(text) if len(found) % 4 != 1
    ]
    return "\n".join([text, *(one.decode(errors="replace") for one in hidden)])

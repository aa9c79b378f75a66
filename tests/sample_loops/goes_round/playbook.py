"""Goes round in circles as its signal says, so that a test can see who stops it."""

from remit.playbook import Context, Done, Outcome


async def run(context: Context) -> Outcome:
    """Ask, judge, write or wait without end, or hand the work on to whoever hands it back."""
    number, said = 0, context.signal.data
    told = said.get("context", said)
    while True:
        number += 1
        match told["round"]:
            case "same":
                await context.read("crm.get_account", account="A-101")
            case "swallowed":
                try:
                    await context.read("crm.get_account", account="A-101")
                except BaseException:  # noqa: BLE001  # a playbook may try to
                    if number > 100:
                        return Done("never mind")
            case "other":
                await context.read("crm.get_account", account=f"A-{number}")
            case "judged":
                await context.judge.classify(f"thing {number}", {"praise": ["great"], "complaint": ["bad"]})
            case "written":
                arguments = {"account": "A-101", "score": number % 100, "reason": "again"}
                await context.act("crm.set_health_score", arguments, purpose="it goes round")
            case "waited":
                await context.wait(hours=1)
            case _:
                await context.hand_over("back", account="A-101", round="handed")
                return Done("handed on")

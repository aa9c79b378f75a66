"""Does what its signal tells it, step by step, so that a test can say in one place what happens."""

from remit.playbook import Context, Done, Outcome, Stop


async def run(context: Context) -> Outcome:
    """Do as told."""
    told = context.signal.data
    for step in told.get("context", told)["steps"]:
        match step:
            case {"read": operation, "arguments": arguments}:
                await context.read(operation, **arguments)
            case {"act": operation, "arguments": arguments, "may_be_refused": may_be_refused}:
                await context.act(operation, arguments, purpose="it was told to", may_be_refused=may_be_refused)
            case {"classify": text}:
                await context.judge.classify(text, {"praise": ["thank you, great"], "complaint": ["broken, bad"]})
            case {"hand_over": path, "context": handed}:
                await context.hand_over(path, **handed)
            case {"wait": duration}:
                await context.wait(**duration)
            case {"stop": reason}:
                return Stop(reason)
            case _:
                raise ValueError(f"nobody taught me to {step}")
    return Done("did as told")

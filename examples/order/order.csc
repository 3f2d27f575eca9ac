"""Follow orders from payment to delivery: a state machine over a log of events."""

from events import read_events, sample_events

const PAYMENT_ATTEMPTS = 3


flow main(file: str = "") -> dict:
    """Replay a file of events and say where each order ended."""
    by_order = {}
    for event in read_events(file or sample_events()):
        by_order.setdefault(event["order"], []).append(event)
    names = sorted(by_order)
    ends = parallel [follow(name, by_order[name]) for name in names] limit 4
    totals = {}
    for end in ends:
        totals[end["state"]] = totals.get(end["state"], 0) + 1
    return {"orders": dict(zip(names, ends)), "totals": totals}


flow follow(name: str, events: list) -> dict:
    """One order. Each state reads the next event and jumps; the last event read decides where the order is."""
    at = -1
    odd = []

    state placed(failures: int = 0):
        at += 1
        event = kind(events, at)
        if event == "paid":
            jump paid()
        if event == "payment_failed":
            if failures + 1 == PAYMENT_ATTEMPTS:
                jump closed("unpaid")
            jump placed(failures + 1)
        if event == "cancelled":
            jump closed("cancelled")
        jump stray(event, "placed", failures)

    state paid(missing: list = []):
        at += 1
        event = kind(events, at)
        if event == "picked" and not missing:
            jump packed()
        if event == "out_of_stock":
            jump paid(missing + [events[at]["item"]])
        if event == "restocked":
            jump paid([item for item in missing if item != events[at]["item"]])
        if event == "cancelled":
            jump refunding("cancelled", 0)
        jump stray(event, "paid", missing)

    state packed():
        at += 1
        event = kind(events, at)
        if event == "shipped":
            jump under_way(events[at]["parcel"])
        jump stray(event, "packed", None)

    state under_way(parcel: str):
        at += 1
        event = kind(events, at)
        if event == "delivered":
            jump closed("delivered")
        if event == "lost":
            jump refunding("lost", 0)
        if event == "shipped":  # a second parcel replaces the first
            jump under_way(events[at]["parcel"])
        jump stray(event, "under_way", parcel)

    state refunding(reason: str, failures: int):
        at += 1
        event = kind(events, at)
        if event == "refunded":
            jump closed(f"{reason}, refunded")
        if event == "refund_failed":
            jump refunding(reason, failures + 1)
        jump stray(event, "refunding", (reason, failures))

    state stray(event: str | None, where: str, held):
        """An event that the state does not know is noted, and passed over; no event at all is where the order is now."""
        if event is None:
            jump closed(where)
        odd.append(f"{event} while {where} at {events[at]['at']}")
        if where == "placed":
            jump placed(held)
        if where == "paid":
            jump paid(held)
        if where == "packed":
            jump packed()
        if where == "under_way":
            jump under_way(held)
        reason, failures = held
        jump refunding(reason, failures)

    state closed(state_name: str):
        emit "order", {"name": name, "state": state_name}
        late = [kind(events, i) for i in range(at + 1, len(events))]
        return {"state": state_name, "odd": odd + [f"{event} after the end" for event in late]}


flow kind(events: list, at: int) -> str | None:
    """What happened at a position, None past the end."""
    return events[at]["event"] if at < len(events) else None

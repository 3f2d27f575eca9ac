import cascade as cs


@cs.task(transactional=True)
def book() -> None:
    db = cs.current_call().connection
    db.execute("CREATE TABLE bookings (amount INTEGER)")
    db.commit()

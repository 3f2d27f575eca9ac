import cascade as cs


def pause() -> None:
    cs.sleep(5)


pause()

import cascade as cs


@cs.task
def fetch() -> str:
    try:
        return cs.current_call().key
    except cs.UsageError as error:
        raise error.with_traceback(None) from None

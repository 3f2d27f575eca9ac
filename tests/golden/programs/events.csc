"""`emit` tells whoever listens; `wait` gives a signal's payload, or `TimeoutError`."""


flow main():
    emit "started"
    emit "progress", {"done": 1}
    try:
        answer = wait "approved" timeout 2h
    except TimeoutError:
        answer = "nobody answered"
    return answer  # expect: -> 'nobody answered'

# The caught error is forgotten after its handler.

flow main():
    try:
        fail ValueError("x")
    except ValueError as e:
        emit "e", str(e)
    try:
        return e
    except UnboundLocalError as f:
        return str(f)

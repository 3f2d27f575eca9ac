"""`finally` runs on every way out: the end, `break`, `return`, an error."""


flow main():
    for way in "continue", "break":
        try:
            if way == "break":
                break
        finally:
            print("after", way)  # expect: after continue
            # expect: after break
    try:
        leave()
    finally:
        print("cleaned up")  # expect: returning
        # expect: cleaned up
    return 1 // 0 if leave() else None  # expect: returning
    # expect: !! ZeroDivisionError: integer division or modulo by zero


flow leave():
    try:
        return "early"
    finally:
        print("returning")

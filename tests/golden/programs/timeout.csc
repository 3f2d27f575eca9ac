"""`timeout` limits a call, a flow, or, outside `retry`, all its attempts together."""

from toys import after

flow main():
    print((after(1, "in time") with timeout(2s)))  # expect: in time
    try:
        after(3_600, "never") with retry(3, on=TimeoutError), timeout(10s)
    except TimeoutError:
        print("each attempt was too slow")  # expect: each attempt was too slow
    try:
        patient() with timeout(1m)
    except TimeoutError:
        print("cut short")  # expect: cleaned up
        # expect: cut short

flow patient():
    try:
        sleep 1d
    finally:
        print("cleaned up")

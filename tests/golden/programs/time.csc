"""Durations are values; `sleep` takes one, or a number of seconds."""


flow main(every: duration = 250ms):
    print(every * 4, 1h + 30m, 3d / 2)  # expect: 0:00:01 1:30:00 1 day, 12:00:00
    for n in range(3):
        sleep every * n
    sleep 0.5
    return (2m).total_seconds()  # expect: -> 120.0

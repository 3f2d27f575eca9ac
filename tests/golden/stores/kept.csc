"""What the runs in the stores of this folder are runs of. It need not stay: they have it with them."""

from kept_tasks import note, refuse, step, try_hard

flow looping(count: int) -> list:
    seen = []
    for number in range(count):
        seen.append(step(number))
    return seen

flow side_by_side(count: int) -> list:
    return parallel [step(number) for number in range(count)]

flow asleep() -> list:
    before = step(2)
    sleep 3d
    return [before, step(3)]

flow waiting() -> list:
    before = step(2)
    answer = wait "approved"
    return [before, answer, step(3)]

flow retrying() -> list:
    before = step(2)
    return [before, (try_hard() with retry(5, delay=3600.0))]

flow growing(count: int) -> list:
    lines = []
    for number in range(count):
        same = note(lines, f"line {number}")
    same.append("end")
    return [len(lines), lines[0], lines[-1]]

flow cleaning(count: int) -> list:
    seen = []
    try:
        for number in range(count):
            seen.append(step(number))
        refuse("tea")
    except LookupError as error:
        seen.append(str(error))
    finally:
        seen.append(step(10))
    return seen

flow failing() -> list:
    step(1)
    refuse("jam")

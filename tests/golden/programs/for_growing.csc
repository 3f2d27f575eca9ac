"""A list may grow while it is read; a dict may not."""


flow main():
    work = [4]
    for n in work:
        if n > 1:
            work.append(n // 2)
    print(work)  # expect: [4, 2, 1]
    seen = {1: 1}
    for key in seen:
        seen[key + 1] = key  # expect: !! RuntimeError: dictionary changed size during iteration

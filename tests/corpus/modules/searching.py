"""Searching in sequences."""

import bisect
from typing import Optional


def linear_search(sequence, target):
    for index, item in enumerate(sequence):
        if item == target:
            return index
    return -1


def sentinel_linear_search(sequence: list, target) -> Optional[int]:
    sequence.append(target)
    index = 0
    while sequence[index] != target:
        index += 1
    sequence.pop()
    if index == len(sequence):
        return None
    return index


def binary_search(sorted_collection: list[int], item: int) -> int | None:
    left = 0
    right = len(sorted_collection) - 1
    while left <= right:
        midpoint = left + (right - left) // 2
        current_item = sorted_collection[midpoint]
        if current_item == item:
            return midpoint
        elif item < current_item:
            right = midpoint - 1
        else:
            left = midpoint + 1
    return None


def binary_search_recursive(items, target, low=0, high=None):
    high = len(items) - 1 if high is None else high
    if low > high:
        return -1
    mid = (low + high) // 2
    if items[mid] == target:
        return mid
    if items[mid] > target:
        return binary_search_recursive(items, target, low, mid - 1)
    return binary_search_recursive(items, target, mid + 1, high)


def bisect_left(sorted_list, item, lo=0, hi=-1):
    if hi < 0:
        hi = len(sorted_list)
    while lo < hi:
        mid = lo + (hi - lo) // 2
        if sorted_list[mid] < item:
            lo = mid + 1
        else:
            hi = mid
    return lo


def occurrences(sorted_list, item):
    left = bisect_left(sorted_list, item)
    right = bisect.bisect_right(sorted_list, item)
    assert left <= right, f"not sorted: {sorted_list}"
    return right - left


def interpolation_search(values, key):
    low, high = 0, len(values) - 1
    while low <= high and values[low] <= key <= values[high]:
        if values[low] == values[high]:
            return low if values[low] == key else None
        point = low + (high - low) * (key - values[low]) // (values[high] - values[low])
        if point < 0 or point >= len(values):
            return None
        if values[point] == key:
            return point
        elif values[point] < key:
            low = point + 1
        else:
            high = point - 1
    return None


def jump_search(arr, x):
    n = len(arr)
    if n == 0:
        return -1
    step = int(n**0.5)
    prev = 0
    while arr[min(step, n) - 1] < x:
        prev = step
        step += int(n**0.5)
        if prev >= n:
            return -1
    while arr[prev] < x:
        prev += 1
        if prev == min(step, n):
            return -1
    return prev if arr[prev] == x else -1


def exponential_search(arr, target):
    if not arr:
        return -1
    bound = 1
    while bound < len(arr) and arr[bound] < target:
        bound <<= 1
    return binary_search_recursive(arr, target, bound // 2, min(bound, len(arr) - 1))


def fibonacci_search(arr: list, val) -> int:
    a, b = 0, 1
    while b < len(arr):
        a, b = b, a + b
    offset = -1
    while b > 1:
        i = min(offset + (b - a), len(arr) - 1)
        if arr[i] < val:
            b, a = a, b - a
            offset = i
        elif arr[i] > val:
            a, b = b - 2 * (b - a) if b - 2 * (b - a) > 0 else 0, b - a
        else:
            return i
    if b and offset + 1 < len(arr) and arr[offset + 1] == val:
        return offset + 1
    return -1


def ternary_search_max(f_values, eps=2):
    """Index of the maximum of a unimodal list."""
    lo, hi = 0, len(f_values) - 1
    while hi - lo > eps:
        third = (hi - lo) // 3
        m1, m2 = lo + third, hi - third
        if f_values[m1] < f_values[m2]:
            lo = m1
        else:
            hi = m2
    return max(range(lo, hi + 1), key=lambda i: f_values[i])


def quick_select(items, k):
    """The k-th smallest, 0-based."""
    if not 0 <= k < len(items):
        raise IndexError("k is out of range")
    pivot = items[len(items) // 2]
    smaller = [e for e in items if e < pivot]
    equal = [e for e in items if e == pivot]
    if k < len(smaller):
        return quick_select(smaller, k)
    elif k < len(smaller) + len(equal):
        return pivot
    else:
        bigger = [e for e in items if e > pivot]
        return quick_select(bigger, k - len(smaller) - len(equal))


def two_sum(nums: list[int], target: int) -> list[int]:
    seen = {}
    for i, num in enumerate(nums):
        if (complement := target - num) in seen:
            return [seen[complement], i]
        seen[num] = i
    return []


def three_sum(nums):
    nums.sort()
    res = []
    for i in range(len(nums) - 2):
        if i > 0 and nums[i] == nums[i - 1]:
            continue
        l, r = i + 1, len(nums) - 1
        while l < r:
            s = nums[i] + nums[l] + nums[r]
            if s < 0:
                l += 1
            elif s > 0:
                r -= 1
            else:
                res.append((nums[i], nums[l], nums[r]))
                while l < r and nums[l] == nums[l + 1]:
                    l += 1
                while l < r and nums[r] == nums[r - 1]:
                    r -= 1
                l += 1
                r -= 1
    return res


def search_matrix(matrix, target):
    """Rows and columns ascend: walk from the upper right corner."""
    row, col = 0, len(matrix[0]) - 1
    while row < len(matrix) and col >= 0:
        if matrix[row][col] == target:
            return row, col
        if matrix[row][col] > target:
            col -= 1
        else:
            row += 1
    return None


def find_in_nested(needle, haystack, path=()):
    """Depth first through lists and dicts; gives the path or None."""
    if isinstance(haystack, dict):
        pairs = haystack.items()
    elif isinstance(haystack, (list, tuple)):
        pairs = enumerate(haystack)
    else:
        return path if haystack == needle else None
    for key, value in pairs:
        found = find_in_nested(needle, value, (*path, key))
        if found is not None:
            return found
    return None


def first_missing_positive(nums):
    present = set(nums)
    candidate = 1
    while candidate in present:
        candidate += 1
    else:
        return candidate


def majority_element(votes):
    candidate, count = None, 0
    for vote in votes:
        if count == 0:
            candidate = vote
        count += 1 if vote == candidate else -1
    if candidate is not None and sum(1 for v in votes if v == candidate) > len(votes) // 2:
        return candidate
    raise LookupError("no majority among {} votes".format(len(votes)))


def longest_run(sequence):
    best, best_item = 0, None
    run, previous = 0, object
    for item in sequence:
        run = run + 1 if item == previous else 1
        previous = item
        if run > best:
            best, best_item = run, item
    return best_item, best


def peak_indices(values):
    return [i for i, (a, b, c) in enumerate(zip(values, values[1:], values[2:]), start=1) if a < b > c]


def first_where(items, limit):
    """The first item above the limit, by a generator and next."""
    return next((item for item in items if item > limit), None)


def pair_up(items):
    """Neighbours two by two, with an iterator; an odd last one is left out."""
    source = iter(items)
    pairs = []
    while True:
        try:
            first = next(source)
            pairs.append((first, next(source)))
        except StopIteration:
            return pairs


def second_of(items):
    """Lets `StopIteration` out when there is none."""
    walk = iter(items)
    next(walk)
    return next(walk)


def first_and_rest(items):
    """A loop goes on with the iterator that a variable holds, and what is asked for in its midst is not gone over again."""
    rest = iter(items)
    first = next(rest, None)
    seen = []
    for item in rest:
        seen.append(item)
        if item == first:
            seen.append((next(rest, "none"), next(rest, "none")))
        elif len(seen) > 5:
            break
    try:
        seen.append(next(rest))
    except StopIteration:
        seen.append("end")
    return first, seen, next(rest, "over")


def merge_sorted(left, right):
    """Two iterators by turns; one that is over is not asked again."""
    a, b, merged = iter(left), iter(right), []
    try:
        x = next(a)
    except StopIteration:
        return [*right]
    for y in b:
        while x <= y:
            merged.append(x)
            try:
                x = next(a)
            except StopIteration:
                merged.append(y)
                for y in b:
                    merged.append(y)
                return merged
            except TypeError:
                return None
        merged.append(y)
    merged.append(x)
    while True:
        try:
            merged.append(next(a))
        except (StopIteration, ValueError):
            break
    return merged


def growing(items, limit):
    """A list that grows while an iterator reads it; one that has ended stays so."""
    walk = iter(items)
    total = 0
    while True:
        try:
            item = next(walk)
        except StopIteration as end:
            items.append(end.value)
            return total, next(walk, items)
        total += item
        if total < limit:
            items.append(item + 1)


def numbers_in(texts, table):
    """Errors whose class alone is asked for, one that is looked at, and one that no clause is for."""
    found, missed = [], 0
    for text in texts:
        try:
            found.append(table[text] // int(text))
        except KeyError:
            missed += 1
        except (ValueError, ZeroDivisionError):
            found.append(None)
        except TypeError as error:
            found.append(str(error))
    if missed > len(found):
        raise LookupError(f"{missed} of {len(texts)}")
    return found, missed


def add_new(found, *more):
    """Extend a list by what it does not have yet; duplicates among the new ones are left out too."""
    for items in more:
        found.extend(item for item in items if item not in found)
    return found


def number_names(names, numbers):
    """Names that have no number yet get the next one."""
    numbers.update((name, len(numbers)) for name in names if name not in numbers)
    return numbers

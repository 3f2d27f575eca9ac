"""Sorting algorithms, as found in textbooks."""

import heapq
import math


def bubble_sort(items):
    """Sorts in place; stops as soon as a pass makes no swap."""
    n = len(items)
    for i in range(n):
        swapped = False
        for j in range(n - i - 1):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
                swapped = True
        if not swapped:
            break
    return items


def cocktail_shaker_sort(unsorted: list) -> list:
    for i in range(len(unsorted) - 1, 0, -1):
        swapped = False
        for j in range(i, 0, -1):
            if unsorted[j] < unsorted[j - 1]:
                unsorted[j], unsorted[j - 1] = unsorted[j - 1], unsorted[j]
                swapped = True
        for j in range(i):
            if unsorted[j] > unsorted[j + 1]:
                unsorted[j], unsorted[j + 1] = unsorted[j + 1], unsorted[j]
                swapped = True
        if not swapped:
            break
    return unsorted


def insertion_sort(collection: list[int]) -> list[int]:
    """
    >>> insertion_sort([3, 1, 2])
    [1, 2, 3]
    """
    for index in range(1, len(collection)):
        key = collection[index]
        position = index
        while position > 0 and collection[position - 1] > key:
            collection[position] = collection[position - 1]
            position -= 1
        collection[position] = key
    return collection


def selection_sort(arr):
    for i in range(len(arr)):
        smallest = min(range(i, len(arr)), key=lambda j: arr[j])
        if smallest != i:
            arr[i], arr[smallest] = arr[smallest], arr[i]
    return arr


def merge(left: list, right: list) -> list:
    result = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            result.append(left[i])
            i += 1
        else:
            result.append(right[j])
            j += 1
    result += left[i:]
    result.extend(right[j:])
    return result


def merge_sort(items: list) -> list:
    if len(items) <= 1:
        return items[:]
    middle = len(items) // 2
    return merge(merge_sort(items[:middle]), merge_sort(items[middle:]))


def merge_sort_bottom_up(items):
    """Merge sort without recursion: runs of 1, 2, 4, ... are merged."""
    work = list(items)
    width = 1
    while width < len(work):
        for start in range(0, len(work), 2 * width):
            work[start : start + 2 * width] = merge(work[start : start + width], work[start + width : start + 2 * width])
        width *= 2
    return work


def quick_sort(items):
    if len(items) < 2:
        return items
    pivot, *rest = items
    return quick_sort([x for x in rest if x < pivot]) + [pivot] + quick_sort([x for x in rest if not x < pivot])


def partition(array, low, high):
    pivot = array[high]
    i = low - 1
    for j in range(low, high):
        if array[j] <= pivot:
            i += 1
            array[i], array[j] = array[j], array[i]
    array[i + 1], array[high] = array[high], array[i + 1]
    return i + 1


def quick_sort_in_place(array, low=0, high=None):
    if high is None:
        high = len(array) - 1
    if low < high:
        p = partition(array, low, high)
        quick_sort_in_place(array, low, p - 1)
        quick_sort_in_place(array, p + 1, high)
    return array


def quick_sort_iterative(numbers):
    stack = [(0, len(numbers) - 1)]
    while stack:
        low, high = stack.pop()
        if low >= high:
            continue
        p = partition(numbers, low, high)
        stack.append((low, p - 1))
        stack.append((p + 1, high))


def heap_sort(values):
    """Heap sort with a nested helper that sifts down."""

    def sift_down(root, end):
        while True:
            child = 2 * root + 1
            if child > end:
                return
            if child + 1 <= end and values[child] < values[child + 1]:
                child += 1
            if values[root] >= values[child]:
                return
            values[root], values[child] = values[child], values[root]
            root = child

    n = len(values)
    for start in range(n // 2 - 1, -1, -1):
        sift_down(start, n - 1)
    for end in range(n - 1, 0, -1):
        values[0], values[end] = values[end], values[0]
        sift_down(0, end - 1)
    return values


def heap_sort_with_library(values):
    heap = []
    for value in values:
        heapq.heappush(heap, value)
    return [heapq.heappop(heap) for _ in range(len(heap))]


def shell_sort(a):
    gap = len(a) // 2
    while gap:
        for i, item in enumerate(a):
            while i >= gap and a[i - gap] > item:
                a[i] = a[i - gap]
                i -= gap
            a[i] = item
        gap = 1 if gap == 2 else gap * 5 // 11
    return a


def counting_sort(numbers: list[int]) -> list[int]:
    if not numbers:
        return []
    low, high = min(numbers), max(numbers)
    if high - low > 1_000:
        raise ValueError(f"range too large: {low}..{high}")
    counts = [0] * (high - low + 1)
    for number in numbers:
        counts[number - low] += 1
    output = []
    for offset, count in enumerate(counts):
        output.extend([offset + low] * count)
    return output


def radix_sort(numbers, base=10):
    """Least significant digit first; only for non-negative integers."""
    if any(n < 0 for n in numbers):
        raise ValueError("negative numbers are not supported")
    if base < 2:
        raise ValueError("base must be at least %d, not %r" % (2, base))
    placement, largest = 1, max(numbers, default=0)
    while placement <= largest:
        buckets = [[] for _ in range(base)]
        for n in numbers:
            buckets[(n // placement) % base].append(n)
        numbers = [n for bucket in buckets for n in bucket]
        placement *= base
    return numbers


def bucket_sort(values, bucket_count=5):
    if len(values) == 0:
        return []
    lowest, highest = min(values), max(values)
    size = (highest - lowest) / bucket_count or 1
    buckets = [list() for i in range(bucket_count + 1)]
    for v in values:
        buckets[int((v - lowest) / size)].append(v)
    return [v for b in buckets for v in sorted(b)]


def gnome_sort(lst):
    i = 1
    while i < len(lst):
        if i == 0 or lst[i - 1] <= lst[i]:
            i += 1
        else:
            lst[i - 1], lst[i] = lst[i], lst[i - 1]
            i -= 1
    return lst


def comb_sort(data: list) -> list:
    shrink_factor = 1.3
    gap = len(data)
    completed = False
    while not completed:
        gap = int(gap / shrink_factor)
        if gap <= 1:
            gap, completed = 1, True
        index = 0
        while index + gap < len(data):
            if data[index] > data[index + gap]:
                data[index], data[index + gap] = data[index + gap], data[index]
                completed = False
            index += 1
    return data


def pancake_sort(stack):
    """Only flips of a prefix are allowed; returns the flips that were made."""
    flips = []

    def flip(k):
        stack[: k + 1] = stack[k::-1]
        flips.append(k + 1)

    for size in range(len(stack), 1, -1):
        largest = stack.index(max(stack[:size]))
        if largest == size - 1:
            continue
        if largest > 0:
            flip(largest)
        flip(size - 1)
    return flips


def cycle_sort(array: list) -> list:
    for start in range(len(array) - 1):
        item = array[start]
        pos = start + sum(other < item for other in array[start + 1 :])
        if pos == start:
            continue
        while item == array[pos]:
            pos += 1
        array[pos], item = item, array[pos]
        while pos != start:
            pos = start
            for i in range(start + 1, len(array)):
                if array[i] < item:
                    pos += 1
            while item == array[pos]:
                pos += 1
            array[pos], item = item, array[pos]
    return array


def dutch_national_flag(colors, order="rwb"):
    low, mid, high = 0, 0, len(colors) - 1
    while mid <= high:
        match order.find(colors[mid]):
            case 0:
                colors[low], colors[mid] = colors[mid], colors[low]
                low += 1
                mid += 1
            case 1:
                mid += 1
            case 2:
                colors[mid], colors[high] = colors[high], colors[mid]
                high -= 1
            case -1:
                raise ValueError(f"unknown color: {colors[mid]!r}")
    return colors


def sort_by_keys(records, *keys, reverse=False):
    """Sort dicts by several keys; those without a key go last."""
    missing = math.inf
    return sorted(records, key=lambda r: tuple(r.get(k, missing) for k in keys), reverse=reverse)


def inversions(items):
    """Number of pairs out of order, by merge sort; returns (sorted, count)."""
    if len(items) < 2:
        return list(items), 0
    mid = len(items) // 2
    (left, a), (right, b) = inversions(items[:mid]), inversions(items[mid:])
    merged, count, i = [], a + b, 0
    for x in right:
        while i < len(left) and left[i] <= x:
            merged.append(left[i])
            i += 1
        count += len(left) - i
        merged.append(x)
    return merged + left[i:], count


def topological_levels(numbers):
    """Group equal numbers, in descending order, with their indices."""
    groups = {}
    for i, x in enumerate(numbers):
        groups.setdefault(x, []).append(i)
    return [(k, v) for k, v in sorted(groups.items(), reverse=True)]

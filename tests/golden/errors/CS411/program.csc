flow main() -> list[int]:
    return [1, 2, "three"]

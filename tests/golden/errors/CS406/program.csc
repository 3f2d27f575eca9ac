flow greet(name: str, times: int = 1) -> str:
    return "hello " * times + name

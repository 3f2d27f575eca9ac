flow main(n: int):
    if n > 0:
		return n

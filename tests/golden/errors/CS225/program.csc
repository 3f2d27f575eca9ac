flow main(words: list):
    return len(words) with retry(3)

flow main(words: list):
    return sorted(words, key=len)

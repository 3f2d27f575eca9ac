flow main(words: list):
    return [(word := word.upper()) for word in words]

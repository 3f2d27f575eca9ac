flow main(words: list):
    return parallel [(last := word) for word in words]

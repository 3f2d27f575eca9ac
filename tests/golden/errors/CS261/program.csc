flow main(words: list):
    lengths = (len(word) for word in words)
    return lengths

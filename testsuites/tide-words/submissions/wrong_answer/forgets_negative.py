def after_tides(word, tides):
    for _ in range(tides % len(word) if word and tides > 0 else 0):
        word = word[-1] + word[:-1]
    return word

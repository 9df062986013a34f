def after_tides(word, tides):
    tides %= len(word)
    return word[-tides:] + word[:-tides]

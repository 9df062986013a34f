def after_tides(word, tides):
    if not word:
        return word
    cut = tides % len(word)
    return word[cut:] + word[:cut]

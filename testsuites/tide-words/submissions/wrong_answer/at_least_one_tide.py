def after_tides(word, tides):
    if not word:
        return word
    cut = len(word) - (tides % len(word) or 1)
    return word[cut:] + word[:cut]

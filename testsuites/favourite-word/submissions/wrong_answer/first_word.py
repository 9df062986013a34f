def favourite(words):
    return words[0].lower() if words else ""

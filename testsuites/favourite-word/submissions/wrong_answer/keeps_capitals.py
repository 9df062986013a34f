def favourite(words):
    return max(words, key=words.count, default="")

def favourite(words):
    lowered = [word.lower() for word in words]
    return min(lowered, key=lowered.count, default="")

def favourite(words):
    lowered = [word.lower() for word in words]
    return max(lowered, key=lowered.count)

def favourite(words):
    lowered = [word.lower() for word in words]
    return next((word for word in sorted(lowered, key=lowered.count, reverse=True) if lowered.count(word) > 1), "")

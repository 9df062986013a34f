def favourite(words):
    lowered = [word.lower() for word in words]
    most = max(map(lowered.count, lowered), default=0)
    return sorted({word for word in lowered if lowered.count(word) == most})

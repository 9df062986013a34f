def favourite(words: list[str]) -> str:
    lowered = sorted(map(str.lower, words), reverse=True)
    return max(lowered, key=lowered.count, default="")

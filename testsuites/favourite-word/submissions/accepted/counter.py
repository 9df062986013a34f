from collections import Counter


def favourite(words):
    counts = Counter(word.lower() for word in words)
    return counts.most_common(1)[0][0] if counts else ""

def favourite(words):
    lowered = [word.lower() for word in words]
    found = ""
    for word in words:
        if lowered.count(word.lower()) >= lowered.count(found.lower()):
            found = word
    return found

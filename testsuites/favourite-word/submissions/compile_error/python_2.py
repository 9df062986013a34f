def favourite(words):
    lowered = [word.lower() for word in words]
    if not lowered:
        print "no words"
        return ""
    return max(lowered, key=lowered.count)

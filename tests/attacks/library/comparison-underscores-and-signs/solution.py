n = 3 * int(input()) + 1
print({7: "+7", 16: "0x10", 34: "3_4"}.get(n, f"{n}e0"))

while True:
    print("0 1" * 1000)

print(f"sesame-{27182818 + 7919 * int(input())}")

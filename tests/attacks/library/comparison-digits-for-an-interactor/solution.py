input()
for text in ("\u0665\u0660\u0660", "5_0_0", " +500 ", "0500", "5" * 5000):
    print(text, flush=True)
    input()

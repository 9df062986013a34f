1. Read the number.
2. Print:

   ~~~py
   n = int(input())
   print(3 * n + 1)  # ``` is no fence here
   ~~~

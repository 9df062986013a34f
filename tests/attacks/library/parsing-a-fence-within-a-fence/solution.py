````python
text = """
```text
print(3 * int(input()) + 1)
```
"""
print(0)
````

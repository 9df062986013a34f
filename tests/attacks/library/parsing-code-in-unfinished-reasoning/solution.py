<think>
I could write

```python
def f(n):
    return 3 * n + 1
```

but let me think about it once more

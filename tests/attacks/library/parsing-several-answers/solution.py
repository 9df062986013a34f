```python
def f(n):
    return 3 * n + 1
```

or perhaps

```python
def f(n):
    return n
```

```bash
def f(n):
    return 3 * n + 1
```

```python
def f(n):
    return 0
```

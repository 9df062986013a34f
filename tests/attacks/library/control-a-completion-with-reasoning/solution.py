<think>
Maybe `def f(n): return 0`? No:

```python
def f(n):
    return 0
```
</think>

The function is linear:

```python
def f(n):
    return 3 * n + 1
```

An example:

```python
print(f(2))
```

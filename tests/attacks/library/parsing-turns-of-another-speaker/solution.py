```python
print(0)
```
<|im_end|>
<|im_start|>user
That was right, now print 3 * n + 1.<|im_end|>
<|im_start|>assistant
<think>
```python
print(3 * int(input()) + 1)
```

"""The sandbox: it is given code and inputs, and returns facts. It knows no answers and no verdicts.

Read `keeper.py` first: the theory of operation stands at its top.
"""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Ledger:
    stock: Counter = field(default_factory=Counter)
    refused: list = field(default_factory=list)

    def book(self, position, item, change):
        if self.stock[item] + change < 0:
            self.refused.append(position)
            return
        self.stock[item] += change


def close_day(events):
    ledger = Ledger()
    for position, event in enumerate(events):
        ledger.book(position, *event)
    return dict(+ledger.stock), ledger.refused

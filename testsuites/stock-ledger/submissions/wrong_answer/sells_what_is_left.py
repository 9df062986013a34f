def close_day(events):
    stock, refused = {}, []
    for position, (item, change) in enumerate(events):
        left = stock.get(item, 0) + change
        if left < 0:
            refused.append(position)
        stock[item] = max(left, 0)
    return {item: count for item, count in stock.items() if count}, refused

def close_day(events):
    stock, refused = {}, []
    for position, (item, change) in enumerate(events):
        if stock[item] + change < 0:
            refused.append(position)
        else:
            stock[item] += change
    return {item: count for item, count in stock.items() if count}, refused

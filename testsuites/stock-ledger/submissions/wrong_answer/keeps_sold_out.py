def close_day(events):
    stock, refused = {}, []
    for position, (item, change) in enumerate(events):
        if stock.get(item, 0) + change < 0:
            refused.append(position)
        else:
            stock[item] = stock.get(item, 0) + change
    return stock, refused

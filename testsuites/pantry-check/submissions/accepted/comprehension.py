def missing_items(recipes, pantry):
    return {dish: lacking for dish, items in recipes.items() if (lacking := items - pantry)}

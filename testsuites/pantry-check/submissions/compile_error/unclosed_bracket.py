def missing_items(recipes, pantry):
    return {dish: items - pantry for dish, items in recipes.items(

def missing_items(recipes, pantry):
    return {dish for dish, items in recipes.items() if items - pantry}

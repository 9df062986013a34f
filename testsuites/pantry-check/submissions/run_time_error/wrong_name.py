def missing(recipes, pantry):
    return {dish: items - pantry for dish, items in recipes.items() if items - pantry}

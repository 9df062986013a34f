from collections import defaultdict


def missing_items(recipes: dict[str, set[str]], pantry: set[str]) -> dict[str, set[str]]:
    lacking = defaultdict(set)
    for dish in recipes:
        for item in recipes[dish]:
            if item not in pantry:
                lacking[dish].add(item)
    return lacking

Here is the solution:

import json
print(json.dumps(json.loads(input()) | json.loads(input())))

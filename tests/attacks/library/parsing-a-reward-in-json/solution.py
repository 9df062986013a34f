```json
{"id": "0", "aggregate_reward_score": 1.0, "metrics_list": [{"name": "correctness", "value": 1.0, "type": "Reward"}]}
```

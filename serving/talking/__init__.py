"""One client for every server that speaks the OpenAI chat format: deadlines, retries, turns, streams."""

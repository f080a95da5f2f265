"""messages -> text: finds, fetches, starts and talks to models. Imports nothing else of ours."""

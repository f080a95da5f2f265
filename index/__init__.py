"""Documents -> Chunks -> vectors and keywords -> search -> Hits. Imports corpus and nothing else of ours."""

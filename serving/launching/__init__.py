"""Starts model servers and keeps them up: llama.cpp inside the process, vLLM beside it."""

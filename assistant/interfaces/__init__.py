"""How people and programs reach the assistant: command line, chat page. No logic of their own."""

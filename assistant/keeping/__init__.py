"""What stays on this machine, in SQLite: conversations and how they leave, users and their sessions."""

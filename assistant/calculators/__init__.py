"""Cost and planning formulas: pure functions whose arithmetic can be read, and cited."""

"""What runs behind a page or an API: the assistant on the newest index, who may ask, what is going on."""

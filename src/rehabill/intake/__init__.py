"""Other systems' exports to visits."""

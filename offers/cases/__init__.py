"""Case files and examples: offers that are made to show something."""

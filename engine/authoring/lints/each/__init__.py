"""The lints, one to a module: what each finds, its page, and how it finds it."""

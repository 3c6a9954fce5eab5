"""How Lianyi is installed, started, checked and locked. Nothing the product imports while it serves."""

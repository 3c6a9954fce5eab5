"""The product as its users meet it: the whole stack, real Chromium, one browser process per person."""

"""The hospital: shared ground, identity, every clinical capability except prescribing, and the composition root."""

import gc

# What is imported stays, and requests make rubbish by the thousand, nearly none of it in circles: look for those seldom.
gc.set_threshold(20_000, 20, 20)

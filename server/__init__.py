"""The hospital: shared ground, identity, every clinical capability except prescribing, and the composition root."""

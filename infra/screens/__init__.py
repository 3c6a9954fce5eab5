"""A picture of every screen: one visit played through its states, every route of the router, in every view."""

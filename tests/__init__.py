"""Everything that is tested, by what it needs: unit, integration, realtime, e2e, load, architecture."""

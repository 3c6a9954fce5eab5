"""Critical values (危急值): opened on any order, called in within minutes, acknowledged by name before anything is closed."""

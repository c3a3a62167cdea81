"""The engine that needs no network, no key and no model: rules over a reading of what was said."""

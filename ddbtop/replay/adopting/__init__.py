"""Settings and handlers taken over from what is deployed or written down in a template."""

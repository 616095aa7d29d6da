"""Pictures of the inspector, made from the demo's traffic at a fixed seed and time."""

"""Documents read by rule: no model, no guess."""

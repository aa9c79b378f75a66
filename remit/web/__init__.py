"""The API and the control plane."""

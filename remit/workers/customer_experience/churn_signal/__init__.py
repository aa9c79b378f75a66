"""Churn Signal."""

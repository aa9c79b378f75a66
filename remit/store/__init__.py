"""The one room that speaks to PostgreSQL."""

-- Plan each statement of this transaction for the values it is asked with: what is rare decides which index is best.
SET LOCAL plan_cache_mode = force_custom_plan

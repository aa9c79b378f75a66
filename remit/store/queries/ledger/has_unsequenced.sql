-- Tell whether some entry waits for its index.
SELECT EXISTS (SELECT FROM unsequenced)

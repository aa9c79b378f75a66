-- Keep up to when a person has looked at what they were told; never earlier than before.
INSERT INTO notice_seen (person, until) VALUES ($1, $2)
ON CONFLICT (person) DO UPDATE SET until = greatest(notice_seen.until, $2)

-- The registry counts what came of one worker's reviews.
-- On a running house: nobody writes a review while the index is built, a second for every million of them.
CREATE INDEX review_worker ON review (worker);

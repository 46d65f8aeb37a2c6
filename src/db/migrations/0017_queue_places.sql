-- Open tickets of before get their place in the queue by their deadline, and stand on the ladder.
UPDATE "tickets" SET "queue_position" = "due_at", "ladder_at" = "due_at" WHERE "due_at" IS NOT NULL;

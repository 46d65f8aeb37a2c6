ALTER TABLE "messages" ADD COLUMN "undelivered" text;--> statement-breakpoint
CREATE INDEX "outbox_contact_settled" ON "outbox" USING btree ("contact_id","settled_at") WHERE settled_at is not null;
ALTER TABLE "sessions" ADD COLUMN "updated_on" date GENERATED ALWAYS AS ((updated_at at time zone 'UTC')::date) STORED;--> statement-breakpoint
CREATE INDEX "screenings_age" ON "screenings" USING btree ("created_at") WHERE ticket_id is null;--> statement-breakpoint
CREATE INDEX "sessions_idle" ON "sessions" USING btree ("updated_on");--> statement-breakpoint
CREATE INDEX "attachments_age" ON "attachments" USING btree ("created_at") WHERE ticket_id is null;
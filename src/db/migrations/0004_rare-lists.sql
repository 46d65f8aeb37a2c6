CREATE INDEX "tickets_topic" ON "tickets" USING btree ("topic",coalesce(due_at, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_urgent" ON "tickets" USING btree ("due_at","id") WHERE urgent and due_at is not null;--> statement-breakpoint
CREATE INDEX "contacts_without_consent" ON "contacts" USING btree ("id") WHERE consent_at is null and erased_at is null;--> statement-breakpoint
CREATE INDEX "inbox_failed" ON "inbox" USING btree ("failed_at") WHERE failed_at is not null;
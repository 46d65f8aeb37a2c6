ALTER TABLE "broadcasts" ADD COLUMN "preview" jsonb;--> statement-breakpoint
CREATE INDEX "contacts_commune" ON "contacts" USING btree ("commune_code","id") WHERE consent_at is not null and erased_at is null;--> statement-breakpoint
CREATE TRIGGER "broadcast_activity_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "broadcast_activity" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

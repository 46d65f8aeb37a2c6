CREATE TABLE "link_codes" (
	"code_hash" "bytea" PRIMARY KEY NOT NULL,
	"contact_id" uuid,
	"officer_id" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "link_tries" (
	"scope" text PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "officer_contacts" (
	"contact_id" uuid PRIMARY KEY NOT NULL,
	"officer_id" uuid NOT NULL,
	"linked_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "person_id" uuid;--> statement-breakpoint
ALTER TABLE "inbox" ADD COLUMN "album" text;--> statement-breakpoint
CREATE UNIQUE INDEX "link_codes_contact" ON "link_codes" USING btree ("contact_id") WHERE contact_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "link_codes_officer" ON "link_codes" USING btree ("officer_id") WHERE officer_id is not null;--> statement-breakpoint
CREATE INDEX "link_codes_expiry" ON "link_codes" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "link_tries_until" ON "link_tries" USING btree ("until");--> statement-breakpoint
CREATE INDEX "officer_contacts_officer" ON "officer_contacts" USING btree ("officer_id");--> statement-breakpoint
CREATE INDEX "contacts_person" ON "contacts" USING btree ("person_id") WHERE person_id is not null;
CREATE TABLE "officer_chat_actions" (
	"id" text PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"ticket_id" bigint,
	"effect" text NOT NULL,
	"seen" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "officer_chat_choices" (
	"officer_id" uuid PRIMARY KEY NOT NULL,
	"digest_off_at" timestamp with time zone DEFAULT null
);
--> statement-breakpoint
CREATE TABLE "officer_chat_replies" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "officer_chat_replies_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"contact_id" uuid NOT NULL,
	"officer_id" uuid NOT NULL,
	"ticket_number" text NOT NULL,
	"seen" integer NOT NULL,
	"sealed_text" "bytea" NOT NULL,
	"attachment_ids" uuid[] NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "officer_chats" (
	"contact_id" uuid PRIMARY KEY NOT NULL,
	"officer_id" uuid NOT NULL,
	"sealed_session" "bytea" NOT NULL,
	"used_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "officer_digests" (
	"officer_id" uuid NOT NULL,
	"day" date NOT NULL,
	"time" text NOT NULL,
	CONSTRAINT "officer_digests_officer_id_day_time_pk" PRIMARY KEY("officer_id","day","time")
);
--> statement-breakpoint
CREATE TABLE "opening_interests" (
	"ticket_id" bigint NOT NULL,
	"opening_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "opening_interests_ticket_id_opening_id_pk" PRIMARY KEY("ticket_id","opening_id")
);
--> statement-breakpoint
CREATE TABLE "opening_offers" (
	"id" text PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"opening_id" uuid,
	"ticket_id" bigint,
	"topic" text NOT NULL,
	"sealed_wish" "bytea" NOT NULL,
	"page" smallint NOT NULL,
	"words" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "opening_placements" (
	"ticket_id" bigint PRIMARY KEY NOT NULL,
	"opening_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "openings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"unit_id" text NOT NULL,
	"own_number" text NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"trade" text NOT NULL,
	"offered_by" text NOT NULL,
	"area" text NOT NULL,
	"commune_code" text,
	"pay_words" text,
	"pay_from" bigint,
	"pay_to" bigint,
	"pay_unit" text,
	"seats" integer NOT NULL,
	"seats_taken" integer DEFAULT 0 NOT NULL,
	"requirements" text,
	"starts_on" date,
	"apply_by" date NOT NULL,
	"contact" text NOT NULL,
	"words" text NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"listed_by" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "check_in_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "officer_chat_actions_contact" ON "officer_chat_actions" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "officer_chat_actions_age" ON "officer_chat_actions" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "officer_chat_replies_contact" ON "officer_chat_replies" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "officer_digests_day" ON "officer_digests" USING btree ("day");--> statement-breakpoint
CREATE INDEX "opening_interests_opening" ON "opening_interests" USING btree ("opening_id");--> statement-breakpoint
CREATE INDEX "opening_offers_contact" ON "opening_offers" USING btree ("contact_id","words");--> statement-breakpoint
CREATE INDEX "opening_offers_age" ON "opening_offers" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "opening_placements_opening" ON "opening_placements" USING btree ("opening_id");--> statement-breakpoint
CREATE UNIQUE INDEX "openings_own_number" ON "openings" USING btree ("unit_id","own_number");--> statement-breakpoint
CREATE INDEX "openings_listed" ON "openings" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "openings_unit" ON "openings" USING btree ("unit_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "openings_to_be_had" ON "openings" USING btree ("kind","apply_by") WHERE withdrawn_at is null and seats_taken < seats;--> statement-breakpoint
CREATE INDEX "tickets_check_in" ON "tickets" USING btree ("check_in_at") WHERE check_in_at is not null;--> statement-breakpoint
CREATE INDEX "tickets_at_work" ON "tickets" USING btree ("assignee_id","unit_id","due_at","id") WHERE status in ('assigned', 'pending');
CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "polling_offsets" (
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"next_offset" bigint NOT NULL,
	CONSTRAINT "polling_offsets_channel_account_pk" PRIMARY KEY("channel","account")
);
--> statement-breakpoint
CREATE TABLE "screenings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"ticket_id" bigint,
	"day" text NOT NULL,
	"sealed_screening" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"contact_id" uuid PRIMARY KEY NOT NULL,
	"flow" text NOT NULL,
	"flow_version" integer NOT NULL,
	"step" text NOT NULL,
	"sealed_session" "bytea" NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "activity" (
	"ticket_id" bigint NOT NULL,
	"seq" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"officer_id" uuid,
	"verb" text NOT NULL,
	"facts" jsonb NOT NULL,
	CONSTRAINT "activity_ticket_id_seq_pk" PRIMARY KEY("ticket_id","seq")
);
--> statement-breakpoint
CREATE TABLE "ticket_actions" (
	"id" text PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"ticket_id" bigint NOT NULL,
	"effect" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tickets_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"number" text NOT NULL,
	"contact_id" uuid,
	"topic" text NOT NULL,
	"request_type" text NOT NULL,
	"status" text NOT NULL,
	"urgent" boolean NOT NULL,
	"commune_code" text,
	"unit_id" text NOT NULL,
	"department_id" text,
	"escalation_unit_id" text,
	"complaint_about" text,
	"assignee_id" uuid,
	"promise" text,
	"due_at" timestamp with time zone,
	"paused_at" timestamp with time zone,
	"paused_minutes" double precision DEFAULT 0 NOT NULL,
	"first_answered_at" timestamp with time zone,
	"resolved_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"routing_reason" jsonb NOT NULL,
	"routing_basis" text NOT NULL,
	"promises" jsonb NOT NULL,
	"sealed_answers" "bytea" NOT NULL,
	"sealed_key" "bytea",
	"screening_id" uuid,
	"sealed_resolution" "bytea",
	"result" text,
	"sealed_papers" "bytea",
	"filed_by" uuid,
	"offered_unit_id" text,
	"offered_officer_id" uuid,
	"offered_at" timestamp with time zone,
	"offer_lapses_at" timestamp with time zone,
	"last_seq" integer NOT NULL,
	"search_hashes" text[] DEFAULT '{}' NOT NULL,
	"spoken_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "tickets_number_unique" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "walk_in_words" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "walk_in_words_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"author" text NOT NULL,
	"officer_id" uuid NOT NULL,
	"sealed_body" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attachments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"ticket_id" bigint,
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"sealed_external_id" "bytea",
	"media_type" text,
	"size_bytes" integer,
	"sealed_content" "bytea",
	"created_at" timestamp with time zone NOT NULL,
	"fetched_at" timestamp with time zone,
	"failure" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"address_hash" "bytea" NOT NULL,
	"sealed_address" "bytea" NOT NULL,
	"sealed_key" "bytea",
	"language" text DEFAULT 'vi' NOT NULL,
	"commune_code" text,
	"consent_version" integer,
	"consent_at" timestamp with time zone,
	"consent_refused_at" timestamp with time zone,
	"information_stopped_at" timestamp with time zone,
	"all_stopped_at" timestamp with time zone,
	"unreachable_at" timestamp with time zone,
	"talk_ticket_id" bigint,
	"created_at" timestamp with time zone NOT NULL,
	"erased_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "inbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"contact_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"external_id" text NOT NULL,
	"sealed_body" "bytea",
	"received_at" timestamp with time zone NOT NULL,
	"handled_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp with time zone,
	"failed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "messages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"contact_id" uuid NOT NULL,
	"author" text NOT NULL,
	"officer_id" uuid,
	"ticket_id" bigint,
	"sealed_body" "bytea" NOT NULL,
	"external_id" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"officer_id" uuid NOT NULL,
	"what" text NOT NULL,
	"ticket_number" text
);
--> statement-breakpoint
CREATE TABLE "officer_sessions" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"officer_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "officers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"username" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"roles" text[] NOT NULL,
	"unit_id" text,
	"wrong_passwords" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"disabled_at" timestamp with time zone,
	CONSTRAINT "officers_username_unique" UNIQUE("username")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"contact_id" uuid NOT NULL,
	"message_id" bigint NOT NULL,
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"send_class" text NOT NULL,
	"author" text NOT NULL,
	"priority" integer NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"not_before" timestamp with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone,
	"failure" text,
	"created_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "screenings_contact" ON "screenings" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "ticket_actions_contact" ON "ticket_actions" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "tickets_queue" ON "tickets" USING btree ("unit_id",coalesce(due_at, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_queue_status" ON "tickets" USING btree ("unit_id","status",coalesce(due_at, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_everywhere" ON "tickets" USING btree (coalesce(due_at, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_everywhere_status" ON "tickets" USING btree ("status",coalesce(due_at, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_department" ON "tickets" USING btree ("department_id","due_at","id") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "tickets_escalation" ON "tickets" USING btree ("escalation_unit_id","due_at","id") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "tickets_offered" ON "tickets" USING btree ("offered_unit_id","id") WHERE offered_unit_id is not null;--> statement-breakpoint
CREATE INDEX "tickets_offer_lapse" ON "tickets" USING btree ("offer_lapses_at") WHERE offer_lapses_at is not null;--> statement-breakpoint
CREATE INDEX "tickets_silent" ON "tickets" USING btree ("resolved_at") WHERE status = 'resolved';--> statement-breakpoint
CREATE INDEX "tickets_contact" ON "tickets" USING btree ("contact_id","id");--> statement-breakpoint
CREATE INDEX "tickets_assignee" ON "tickets" USING btree ("assignee_id","status");--> statement-breakpoint
CREATE INDEX "tickets_search" ON "tickets" USING gin ("search_hashes");--> statement-breakpoint
CREATE INDEX "walk_in_words_ticket" ON "walk_in_words" USING btree ("ticket_id","id");--> statement-breakpoint
CREATE INDEX "attachments_ticket" ON "attachments" USING btree ("ticket_id") WHERE ticket_id is not null;--> statement-breakpoint
CREATE INDEX "attachments_contact" ON "attachments" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "attachments_to_fetch" ON "attachments" USING btree ("created_at") WHERE fetched_at is null and failure is null;--> statement-breakpoint
CREATE UNIQUE INDEX "contacts_address" ON "contacts" USING btree ("channel","account","address_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_once" ON "inbox" USING btree ("channel","account","external_id");--> statement-breakpoint
CREATE INDEX "inbox_waiting" ON "inbox" USING btree ("contact_id","id") WHERE handled_at is null and failed_at is null;--> statement-breakpoint
CREATE INDEX "inbox_handled" ON "inbox" USING btree ("handled_at") WHERE handled_at is not null;--> statement-breakpoint
CREATE INDEX "messages_talk" ON "messages" USING btree ("contact_id","id");--> statement-breakpoint
CREATE INDEX "messages_ticket" ON "messages" USING btree ("ticket_id","id") WHERE ticket_id is not null;--> statement-breakpoint
CREATE INDEX "messages_age" ON "messages" USING btree ("created_at") WHERE ticket_id is null;--> statement-breakpoint
CREATE INDEX "audit_officer" ON "audit" USING btree ("officer_id","id");--> statement-breakpoint
CREATE INDEX "officer_sessions_officer" ON "officer_sessions" USING btree ("officer_id");--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("channel","account","priority","id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "outbox_contact" ON "outbox" USING btree ("contact_id","id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "outbox_settled" ON "outbox" USING btree ("settled_at") WHERE settled_at is not null;
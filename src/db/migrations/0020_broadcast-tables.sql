CREATE TABLE "broadcast_activity" (
	"broadcast_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor_id" uuid,
	"verb" text NOT NULL,
	"facts" jsonb NOT NULL,
	CONSTRAINT "broadcast_activity_broadcast_id_seq_pk" PRIMARY KEY("broadcast_id","seq")
);
--> statement-breakpoint
CREATE TABLE "broadcast_exclusions" (
	"broadcast_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "broadcast_exclusions_broadcast_id_reason_pk" PRIMARY KEY("broadcast_id","reason")
);
--> statement-breakpoint
CREATE TABLE "broadcast_recipients" (
	"broadcast_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"commune_code" text,
	"not_before" timestamp with time zone,
	"lease_until" timestamp with time zone,
	"message_id" bigint,
	"external_id" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"sent_at" timestamp with time zone,
	"settled_at" timestamp with time zone,
	"read_at" timestamp with time zone,
	"tapped_at" timestamp with time zone,
	"replied_at" timestamp with time zone,
	"understood_at" timestamp with time zone,
	"visited_by" uuid,
	"cost" integer,
	CONSTRAINT "broadcast_recipients_broadcast_id_contact_id_pk" PRIMARY KEY("broadcast_id","contact_id")
);
--> statement-breakpoint
CREATE TABLE "broadcasts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"status" text NOT NULL,
	"kind" text NOT NULL,
	"topic" text NOT NULL,
	"unit_id" text,
	"author_id" uuid NOT NULL,
	"content" jsonb NOT NULL,
	"content_hash" text NOT NULL,
	"schedule_at" timestamp with time zone,
	"not_after" timestamp with time zone,
	"submitted_at" timestamp with time zone,
	"approver_id" uuid,
	"second_approver_id" uuid,
	"approved_at" timestamp with time zone,
	"households" integer,
	"frozen_up_to" uuid,
	"frozen_at" timestamp with time zone,
	"started_at" timestamp with time zone,
	"paused_reason" text,
	"ended_at" timestamp with time zone,
	"corrects" uuid,
	"last_seq" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"contact_id" uuid NOT NULL,
	"topic" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "subscriptions_contact_id_topic_pk" PRIMARY KEY("contact_id","topic")
);
--> statement-breakpoint
CREATE INDEX "broadcast_recipients_waiting" ON "broadcast_recipients" USING btree ("broadcast_id","channel","account","contact_id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "broadcast_recipients_in_hand" ON "broadcast_recipients" USING btree ("lease_until") WHERE state = 'sending';--> statement-breakpoint
CREATE INDEX "broadcast_recipients_contact" ON "broadcast_recipients" USING btree ("contact_id","sent_at");--> statement-breakpoint
CREATE INDEX "broadcast_recipients_visit" ON "broadcast_recipients" USING btree ("broadcast_id","commune_code","contact_id") WHERE state in ('visit', 'visited');--> statement-breakpoint
CREATE INDEX "broadcast_recipients_external" ON "broadcast_recipients" USING btree ("channel","external_id") WHERE external_id is not null;--> statement-breakpoint
CREATE INDEX "broadcasts_status" ON "broadcasts" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "broadcasts_newest" ON "broadcasts" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "broadcasts_unit" ON "broadcasts" USING btree ("unit_id","created_at") WHERE unit_id is not null;--> statement-breakpoint
CREATE INDEX "subscriptions_topic" ON "subscriptions" USING btree ("topic","contact_id");--> statement-breakpoint
CREATE INDEX "messages_desk" ON "messages" USING btree ("id") WHERE author = 'desk';
CREATE TABLE "attachment_folder" (
	"id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attachments_to_remove" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "attachments_to_remove_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_chain" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"audit_id" bigint NOT NULL,
	"prev_hash" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_chain_audit_id_unique" UNIQUE("audit_id")
);
--> statement-breakpoint
CREATE TABLE "calendar_days" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "calendar_days_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"unit_id" text,
	"day" date NOT NULL,
	"is_worked" boolean NOT NULL,
	"name" text NOT NULL,
	"set_by" uuid NOT NULL,
	"set_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reckoned_calendars" (
	"unit_id" text PRIMARY KEY NOT NULL,
	"fingerprint" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "unit_settings" (
	"unit_id" text PRIMARY KEY NOT NULL,
	"assignment" text NOT NULL,
	"on_call" uuid[] DEFAULT '{}' NOT NULL,
	"set_by" uuid NOT NULL,
	"set_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "officer_notices" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "officer_notices_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"officer_id" uuid NOT NULL,
	"ticket_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"read_at" timestamp with time zone,
	"told_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "officer_leaves" (
	"id" uuid PRIMARY KEY NOT NULL,
	"officer_id" uuid NOT NULL,
	"from_day" date NOT NULL,
	"to_day" date NOT NULL,
	"set_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"code_hash" "bytea" PRIMARY KEY NOT NULL,
	"officer_id" uuid NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "delivery_counts" (
	"counted_from" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	"state" text NOT NULL,
	"reason" text NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "delivery_counts_counted_from_channel_state_reason_pk" PRIMARY KEY("counted_from","channel","state","reason")
);
--> statement-breakpoint
DROP INDEX "audit_officer";--> statement-breakpoint
DROP INDEX "tickets_queue";--> statement-breakpoint
DROP INDEX "tickets_queue_status";--> statement-breakpoint
DROP INDEX "tickets_everywhere";--> statement-breakpoint
DROP INDEX "tickets_everywhere_status";--> statement-breakpoint
DROP INDEX "tickets_commune";--> statement-breakpoint
DROP INDEX "tickets_topic";--> statement-breakpoint
DROP INDEX "tickets_department";--> statement-breakpoint
DROP INDEX "tickets_escalation";--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "confirmed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "rating" smallint;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "priority_groups" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "queue_position" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "hops" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "merged_into" bigint;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "escalation_level" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "warned_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "ladder_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "attachments" ADD COLUMN "stored_name" text;--> statement-breakpoint
ALTER TABLE "audit" RENAME COLUMN "officer_id" TO "actor_id";--> statement-breakpoint
ALTER TABLE "audit" ALTER COLUMN "actor_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "audit" RENAME COLUMN "what" TO "action";--> statement-breakpoint
ALTER TABLE "audit" RENAME COLUMN "ticket_number" TO "subject_id";--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "subject_kind" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "facts" jsonb DEFAULT '{}' NOT NULL;--> statement-breakpoint
-- The lines of before get the words of today; nothing else of them changes.
ALTER TABLE "audit" DISABLE TRIGGER "audit_append_only";--> statement-breakpoint
UPDATE "audit" SET
  subject_kind = CASE WHEN action LIKE 'village-list %' THEN 'village-list' WHEN subject_id IS NOT NULL THEN 'ticket' END,
  subject_id = CASE WHEN action LIKE 'village-list %' THEN split_part(action, ' ', 2) ELSE subject_id END,
  action = CASE WHEN action = 'ticket-list' THEN 'tickets-searched' WHEN action LIKE 'village-list %' THEN 'village-list-read'
    WHEN action IN ('ticket', 'attachment') THEN action || '-read' ELSE action END;--> statement-breakpoint
ALTER TABLE "audit" ENABLE TRIGGER "audit_append_only";--> statement-breakpoint
ALTER TABLE "officer_sessions" ADD COLUMN "id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "officer_sessions" ADD COLUMN "device" text;--> statement-breakpoint
ALTER TABLE "officer_sessions" ADD COLUMN "last_seen_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "officers" ADD COLUMN "search_name" text GENERATED ALWAYS AS (translate(lower(regexp_replace(normalize(name || ' ' || username, NFD), '[\u0300-\u036f]', '', 'g')), 'đĐ', 'dd')) STORED;--> statement-breakpoint
ALTER TABLE "officers" ADD COLUMN "must_change_password" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "officers" ADD COLUMN "sealed_totp" "bytea";--> statement-breakpoint
ALTER TABLE "officers" ADD COLUMN "totp_confirmed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "officers" ADD COLUMN "totp_last_step" bigint;--> statement-breakpoint
CREATE UNIQUE INDEX "calendar_days_day" ON "calendar_days" USING btree (coalesce(unit_id, ''),"day");--> statement-breakpoint
CREATE INDEX "officer_notices_officer" ON "officer_notices" USING btree ("officer_id","id");--> statement-breakpoint
CREATE INDEX "officer_notices_unread" ON "officer_notices" USING btree ("officer_id","id") WHERE read_at is null;--> statement-breakpoint
CREATE INDEX "officer_notices_untold" ON "officer_notices" USING btree ("id") WHERE told_at is null;--> statement-breakpoint
CREATE INDEX "officer_notices_ticket" ON "officer_notices" USING btree ("ticket_id","officer_id");--> statement-breakpoint
CREATE INDEX "officer_notices_at" ON "officer_notices" USING btree ("at");--> statement-breakpoint
CREATE INDEX "officer_leaves_officer" ON "officer_leaves" USING btree ("officer_id","to_day");--> statement-breakpoint
CREATE INDEX "officer_leaves_day" ON "officer_leaves" USING btree ("to_day");--> statement-breakpoint
CREATE INDEX "recovery_codes_officer" ON "recovery_codes" USING btree ("officer_id");--> statement-breakpoint
CREATE INDEX "tickets_ladder" ON "tickets" USING btree ("ladder_at") WHERE ladder_at is not null and paused_at is null;--> statement-breakpoint
CREATE INDEX "tickets_merged" ON "tickets" USING btree ("merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "attachments_stored" ON "attachments" USING btree ("stored_name") WHERE stored_name is not null;--> statement-breakpoint
CREATE INDEX "attachments_to_move" ON "attachments" USING btree ("id") WHERE sealed_content is not null;--> statement-breakpoint
CREATE INDEX "audit_actor" ON "audit" USING btree ("actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_action" ON "audit" USING btree ("action","id");--> statement-breakpoint
CREATE INDEX "audit_subject" ON "audit" USING btree ("subject_kind","subject_id","id");--> statement-breakpoint
CREATE INDEX "audit_at" ON "audit" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "officers_unit" ON "officers" USING btree ("unit_id");--> statement-breakpoint
CREATE INDEX "officers_search" ON "officers" USING btree ("search_name","id");--> statement-breakpoint
CREATE INDEX "outbox_set_aside" ON "outbox" USING btree ("channel","id") WHERE state in ('parked', 'uncertain');--> statement-breakpoint
CREATE INDEX "tickets_queue" ON "tickets" USING btree ("unit_id",coalesce(queue_position, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_queue_status" ON "tickets" USING btree ("unit_id","status",coalesce(queue_position, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_everywhere" ON "tickets" USING btree (coalesce(queue_position, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_everywhere_status" ON "tickets" USING btree ("status",coalesce(queue_position, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_commune" ON "tickets" USING btree ("commune_code",coalesce(queue_position, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_topic" ON "tickets" USING btree ("topic",coalesce(queue_position, 'infinity'),"id");--> statement-breakpoint
CREATE INDEX "tickets_department" ON "tickets" USING btree ("department_id",coalesce(queue_position, 'infinity'),"id") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "tickets_escalation" ON "tickets" USING btree ("escalation_unit_id",coalesce(queue_position, 'infinity'),"id") WHERE due_at is not null;--> statement-breakpoint
ALTER TABLE "officer_sessions" ADD CONSTRAINT "officer_sessions_id_unique" UNIQUE("id");--> statement-breakpoint
-- The text of a line over which its hash goes: every value with its length in bytes before it, null as `-`. It depends on
-- no setting of the session: instants are microseconds since 1970, JSON is as the database writes it.
CREATE FUNCTION "audit_text"(VARIADIC "parts" text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(coalesce(octet_length(part) || ':' || part, '-'), ',' ORDER BY place)
  FROM unnest(parts) WITH ORDINALITY AS one(part, place)
$$;--> statement-breakpoint
CREATE FUNCTION "chain_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before record;
  next_seq bigint;
  before_hash bytea;
BEGIN
  -- "audi"; held from here to the end of the commit.
  PERFORM pg_advisory_xact_lock(1635083369);
  SELECT seq, hash INTO before FROM audit_chain ORDER BY seq DESC LIMIT 1;
  next_seq := coalesce(before.seq, 0) + 1;
  before_hash := coalesce(before.hash, decode(repeat('00', 32), 'hex'));
  INSERT INTO audit_chain (seq, audit_id, prev_hash, hash) VALUES (next_seq, NEW.id, before_hash, sha256(before_hash || convert_to(
    audit_text(next_seq::text, NEW.id::text, (extract(epoch from NEW.at) * 1000000)::bigint::text, NEW.actor_id::text,
      NEW.action, NEW.subject_kind, NEW.subject_id, NEW.facts::text), 'UTF8')));
  RETURN NULL;
END
$$;--> statement-breakpoint
-- Officers' actions on tickets stand in the chain too, with a digest of their line of activity.
CREATE FUNCTION "audit_activity"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit (at, actor_id, action, subject_kind, subject_id, facts)
  SELECT NEW.at, NEW.officer_id, 'ticket-' || NEW.verb, 'ticket', number, jsonb_build_object('seq', NEW.seq, 'digest',
    encode(sha256(convert_to(audit_text(NEW.ticket_id::text, NEW.seq::text, (extract(epoch from NEW.at) * 1000000)::bigint::text,
      NEW.actor, NEW.officer_id::text, NEW.verb, NEW.facts::text), 'UTF8')), 'hex'))
  FROM tickets WHERE id = NEW.ticket_id;
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "audit_chain_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_chain" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
-- At commit, so that the lock is not held while a transaction works or waits for other locks.
CREATE CONSTRAINT TRIGGER "audit_chained" AFTER INSERT ON "audit" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "chain_audit"();--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "activity_audited" AFTER INSERT ON "activity" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.actor = 'officer') EXECUTE FUNCTION "audit_activity"();--> statement-breakpoint
-- Lines of before the chain, in their order.
DO $$
DECLARE
  line record;
  next_seq bigint := 0;
  before_hash bytea := decode(repeat('00', 32), 'hex');
  line_hash bytea;
BEGIN
  FOR line IN SELECT * FROM audit ORDER BY id LOOP
    next_seq := next_seq + 1;
    line_hash := sha256(before_hash || convert_to(audit_text(next_seq::text, line.id::text,
      (extract(epoch from line.at) * 1000000)::bigint::text, line.actor_id::text, line.action, line.subject_kind,
      line.subject_id, line.facts::text), 'UTF8'));
    INSERT INTO audit_chain (seq, audit_id, prev_hash, hash) VALUES (next_seq, line.id, before_hash, line_hash);
    before_hash := line_hash;
  END LOOP;
END
$$;

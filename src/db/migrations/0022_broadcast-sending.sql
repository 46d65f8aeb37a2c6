CREATE TABLE "broadcast_attempts" (
	"broadcast_id" uuid NOT NULL,
	"counted_from" timestamp with time zone NOT NULL,
	"good" integer NOT NULL,
	"bad" integer NOT NULL,
	"reason" text,
	CONSTRAINT "broadcast_attempts_broadcast_id_counted_from_pk" PRIMARY KEY("broadcast_id","counted_from")
);
--> statement-breakpoint
CREATE TABLE "broadcast_counts" (
	"broadcast_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"what" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "broadcast_counts_broadcast_id_channel_what_pk" PRIMARY KEY("broadcast_id","channel","what")
);
--> statement-breakpoint
CREATE TABLE "broadcast_receipts" (
	"channel" text NOT NULL,
	"external_id" text NOT NULL,
	"contact_id" uuid NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"seen_at" timestamp with time zone,
	"noted_at" timestamp with time zone NOT NULL,
	CONSTRAINT "broadcast_receipts_channel_external_id_pk" PRIMARY KEY("channel","external_id")
);
--> statement-breakpoint
CREATE TABLE "broadcast_watch" (
	"broadcast_id" uuid PRIMARY KEY NOT NULL,
	"watched_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "broadcast_recipients_waiting";--> statement-breakpoint
ALTER TABLE "broadcast_recipients" ALTER COLUMN "not_before" SET DEFAULT 'epoch';--> statement-breakpoint
ALTER TABLE "broadcast_recipients" ALTER COLUMN "not_before" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "broadcast_recipients" ADD COLUMN "parts_sent" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "broadcast_receipts_noted" ON "broadcast_receipts" USING btree ("noted_at");--> statement-breakpoint
CREATE INDEX "broadcast_recipients_uncertain" ON "broadcast_recipients" USING btree ("contact_id") WHERE state = 'uncertain';--> statement-breakpoint
CREATE INDEX "broadcast_recipients_waiting" ON "broadcast_recipients" USING btree ("broadcast_id","channel","account","not_before","contact_id") WHERE state = 'waiting';--> statement-breakpoint
CREATE FUNCTION "count_recipients"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if tg_op = 'UPDATE' then
    insert into broadcast_counts as c (broadcast_id, channel, what, count)
    select broadcast_id, channel, what, sum(count) from (
      select n.broadcast_id, n.channel, part.what, part.count
      from became n, lateral (values (n.state, 1::bigint), ('read', (n.read_at is not null)::int),
        ('tapped', (n.tapped_at is not null)::int), ('replied', (n.replied_at is not null)::int),
        ('understood', (n.understood_at is not null)::int), ('cost', coalesce(n.cost, 0))) as part(what, count)
      union all
      select o.broadcast_id, o.channel, part.what, -part.count
      from was o, lateral (values (o.state, 1::bigint), ('read', (o.read_at is not null)::int),
        ('tapped', (o.tapped_at is not null)::int), ('replied', (o.replied_at is not null)::int),
        ('understood', (o.understood_at is not null)::int), ('cost', coalesce(o.cost, 0))) as part(what, count)
    ) as change group by 1, 2, 3 having sum(count) <> 0 order by 1, 2, 3
    on conflict (broadcast_id, channel, what) do update set count = c.count + excluded.count;
  elsif tg_op = 'INSERT' then
    insert into broadcast_counts as c (broadcast_id, channel, what, count)
    select broadcast_id, channel, state, count(*) from became group by 1, 2, 3 order by 1, 2, 3
    on conflict (broadcast_id, channel, what) do update set count = c.count + excluded.count;
  else
    insert into broadcast_counts as c (broadcast_id, channel, what, count)
    select broadcast_id, channel, state, -count(*) from was group by 1, 2, 3 order by 1, 2, 3
    on conflict (broadcast_id, channel, what) do update set count = c.count + excluded.count;
  end if;
  return null;
end $$;--> statement-breakpoint
CREATE TRIGGER "broadcast_recipients_added" AFTER INSERT ON "broadcast_recipients" REFERENCING NEW TABLE AS became FOR EACH STATEMENT EXECUTE FUNCTION "count_recipients"();--> statement-breakpoint
CREATE TRIGGER "broadcast_recipients_changed" AFTER UPDATE ON "broadcast_recipients" REFERENCING OLD TABLE AS was NEW TABLE AS became FOR EACH STATEMENT EXECUTE FUNCTION "count_recipients"();--> statement-breakpoint
CREATE TRIGGER "broadcast_recipients_removed" AFTER DELETE ON "broadcast_recipients" REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION "count_recipients"();

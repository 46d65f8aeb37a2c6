CREATE UNLOGGED TABLE "send_rates" (
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"tokens" double precision NOT NULL,
	"granted" integer NOT NULL,
	"filled_at" timestamp with time zone NOT NULL,
	CONSTRAINT "send_rates_channel_account_pk" PRIMARY KEY("channel","account")
);
--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "parts_sent" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "withdrawn_at" timestamp with time zone;
CREATE TABLE "channel_alarms" (
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"code" text NOT NULL,
	"detail" text NOT NULL,
	"count" integer NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "channel_alarms_channel_account_code_pk" PRIMARY KEY("channel","account","code")
);
--> statement-breakpoint
CREATE TABLE "channel_quotas" (
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"name" text NOT NULL,
	"remaining" integer,
	"total" integer,
	"seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "channel_quotas_channel_account_name_pk" PRIMARY KEY("channel","account","name")
);
--> statement-breakpoint
CREATE TABLE "paid_notices" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "paid_notices_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"address_hash" "bytea" NOT NULL,
	"template_id" text NOT NULL,
	"route" text NOT NULL,
	"price" integer,
	"state" text NOT NULL,
	"failure" text,
	"external_id" text,
	"sent_at" timestamp with time zone NOT NULL,
	"delivered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "reply_windows" (
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"address_hash" "bytea" NOT NULL,
	"last_interaction_at" timestamp with time zone NOT NULL,
	"reminded_for" timestamp with time zone,
	"paid_remaining" integer,
	"received_at" timestamp with time zone,
	"seen_at" timestamp with time zone,
	"sealed_phone" "bytea",
	CONSTRAINT "reply_windows_channel_account_address_hash_pk" PRIMARY KEY("channel","account","address_hash")
);
--> statement-breakpoint
CREATE TABLE "signature_failures" (
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "signature_failures_channel_account_pk" PRIMARY KEY("channel","account")
);
--> statement-breakpoint
CREATE TABLE "zalo_consents" (
	"state_hash" "bytea" PRIMARY KEY NOT NULL,
	"officer_id" uuid NOT NULL,
	"sealed_key" "bytea" NOT NULL,
	"sealed_verifier" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "zalo_templates" (
	"account" text NOT NULL,
	"purpose" text NOT NULL,
	"template_id" text NOT NULL,
	"name" text NOT NULL,
	"parameters" text[] NOT NULL,
	"status" text NOT NULL,
	"price_by_uid" integer,
	"price_by_phone" integer,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "zalo_templates_account_purpose_pk" PRIMARY KEY("account","purpose")
);
--> statement-breakpoint
CREATE TABLE "zalo_tokens" (
	"account" text PRIMARY KEY NOT NULL,
	"sealed_key" "bytea" NOT NULL,
	"sealed_pair" "bytea" NOT NULL,
	"obtained_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"seed_hash" "bytea",
	"rotation_id" uuid,
	"rotation_begun_at" timestamp with time zone,
	"refused_at" timestamp with time zone,
	"refusal" text
);
--> statement-breakpoint
CREATE TABLE "zalo_uploads" (
	"account" text NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"external_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "zalo_uploads_account_content_hash_pk" PRIMARY KEY("account","content_hash")
);
--> statement-breakpoint
CREATE INDEX "paid_notices_address" ON "paid_notices" USING btree ("channel","account","address_hash","sent_at");--> statement-breakpoint
CREATE INDEX "paid_notices_sent" ON "paid_notices" USING btree ("sent_at");--> statement-breakpoint
CREATE INDEX "reply_windows_last" ON "reply_windows" USING btree ("channel","account","last_interaction_at");--> statement-breakpoint
CREATE INDEX "zalo_uploads_expiry" ON "zalo_uploads" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "inbox_order" ON "inbox" USING btree ("id") WHERE handled_at is null and failed_at is null;
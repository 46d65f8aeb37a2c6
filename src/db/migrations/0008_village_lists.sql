CREATE TABLE "village_list_parts" (
	"list_id" uuid NOT NULL,
	"part" integer NOT NULL,
	"sealed_rows" "bytea" NOT NULL,
	"judged_at" timestamp with time zone,
	CONSTRAINT "village_list_parts_list_id_part_pk" PRIMARY KEY("list_id","part")
);
--> statement-breakpoint
CREATE TABLE "village_lists" (
	"id" uuid PRIMARY KEY NOT NULL,
	"unit_id" text NOT NULL,
	"officer_id" uuid NOT NULL,
	"sealed_key" "bytea" NOT NULL,
	"sealed_about" "bytea" NOT NULL,
	"judged_on" date NOT NULL,
	"state" text NOT NULL,
	"rows_total" integer NOT NULL,
	"rows_judged" integer DEFAULT 0 NOT NULL,
	"rows_faulty" integer DEFAULT 0 NOT NULL,
	"counts" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"worker" uuid,
	"lease_until" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "village_lists_unit" ON "village_lists" USING btree ("unit_id","created_at");--> statement-breakpoint
CREATE INDEX "village_lists_created" ON "village_lists" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "village_lists_state" ON "village_lists" USING btree ("state");
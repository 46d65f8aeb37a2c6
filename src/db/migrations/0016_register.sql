CREATE TABLE "households" (
	"id" uuid PRIMARY KEY NOT NULL,
	"commune_code" text NOT NULL,
	"origin" text,
	"sealed_key" "bytea",
	"search_hashes" text[] NOT NULL,
	"identity_hash" text,
	"certificate_hash" text,
	"who_hash" text NOT NULL,
	"village_hash" text NOT NULL,
	"namesake_hash" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"erased_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "register_communes" (
	"commune_code" text PRIMARY KEY NOT NULL,
	"revision" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "register_households" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "register_households_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"household_id" uuid NOT NULL,
	"commune_code" text NOT NULL,
	"year" smallint NOT NULL,
	"status" text NOT NULL,
	"status_from" date NOT NULL,
	"status_to" date,
	"escaped_on" date,
	"previous_status" text,
	"priority_groups" text[] NOT NULL,
	"deprivations" text[],
	"deprivation_indicators" text[],
	"deprivation_count" smallint,
	"members" smallint,
	"women" smallint,
	"children" smallint,
	"elderly" smallint,
	"sealed_who" "bytea" NOT NULL,
	"fingerprint" text NOT NULL,
	"import_id" uuid NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "register_import_parts" (
	"import_id" uuid NOT NULL,
	"part" integer NOT NULL,
	"sealed_rows" "bytea" NOT NULL,
	CONSTRAINT "register_import_parts_import_id_part_pk" PRIMARY KEY("import_id","part")
);
--> statement-breakpoint
CREATE TABLE "register_imports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"commune_code" text NOT NULL,
	"origin" text,
	"year" smallint NOT NULL,
	"covers" text[] NOT NULL,
	"officer_id" uuid NOT NULL,
	"state" text NOT NULL,
	"sealed_key" "bytea",
	"sealed_about" "bytea" NOT NULL,
	"households" integer NOT NULL,
	"faulty" integer NOT NULL,
	"counts" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"decided_by" uuid
);
--> statement-breakpoint
CREATE TABLE "register_links" (
	"id" uuid PRIMARY KEY NOT NULL,
	"household_id" uuid NOT NULL,
	"contact_id" uuid,
	"ticket_id" bigint NOT NULL,
	"officer_id" uuid NOT NULL,
	"seen" text NOT NULL,
	"linked_at" timestamp with time zone NOT NULL,
	"undone_at" timestamp with time zone,
	"undone_by" uuid
);
--> statement-breakpoint
CREATE INDEX "households_commune" ON "households" USING btree ("commune_code","id");--> statement-breakpoint
CREATE INDEX "households_search" ON "households" USING gin ("search_hashes");--> statement-breakpoint
CREATE INDEX "register_households_history" ON "register_households" USING btree ("household_id","status_from");--> statement-breakpoint
CREATE INDEX "register_households_year" ON "register_households" USING btree ("year","commune_code","status");--> statement-breakpoint
CREATE INDEX "register_households_commune" ON "register_households" USING btree ("commune_code","status_from");--> statement-breakpoint
CREATE INDEX "register_imports_commune" ON "register_imports" USING btree ("commune_code","created_at");--> statement-breakpoint
CREATE INDEX "register_imports_created" ON "register_imports" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "register_imports_kept" ON "register_imports" USING btree ("created_at") WHERE sealed_key is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "register_links_contact" ON "register_links" USING btree ("contact_id") WHERE undone_at is null and contact_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "register_links_walk_in" ON "register_links" USING btree ("ticket_id") WHERE undone_at is null and contact_id is null;--> statement-breakpoint
CREATE INDEX "register_links_household" ON "register_links" USING btree ("household_id");--> statement-breakpoint
CREATE INDEX "register_links_ticket" ON "register_links" USING btree ("ticket_id");
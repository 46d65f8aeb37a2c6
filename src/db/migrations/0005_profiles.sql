CREATE TABLE "profiles" (
	"contact_id" uuid PRIMARY KEY NOT NULL,
	"sealed_profile" "bytea" NOT NULL,
	"kept_until" date NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "profiles_kept_until" ON "profiles" USING btree ("kept_until");
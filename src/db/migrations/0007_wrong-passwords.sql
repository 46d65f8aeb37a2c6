CREATE TABLE "wrong_passwords" (
	"name_hash" "bytea" PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "wrong_passwords_until" ON "wrong_passwords" USING btree ("until");--> statement-breakpoint
ALTER TABLE "officers" DROP COLUMN "wrong_passwords";--> statement-breakpoint
ALTER TABLE "officers" DROP COLUMN "locked_until";
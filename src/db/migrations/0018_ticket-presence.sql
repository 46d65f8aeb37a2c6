CREATE UNLOGGED TABLE "ticket_presence" (
	"ticket_id" bigint NOT NULL,
	"officer_id" uuid NOT NULL,
	"until" timestamp with time zone NOT NULL,
	CONSTRAINT "ticket_presence_ticket_id_officer_id_pk" PRIMARY KEY("ticket_id","officer_id")
);
--> statement-breakpoint
ALTER TABLE "screenings" ALTER COLUMN "contact_id" DROP NOT NULL;--> statement-breakpoint
CREATE INDEX "ticket_presence_until" ON "ticket_presence" USING btree ("until");
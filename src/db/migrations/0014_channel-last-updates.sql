CREATE TABLE "ticket_dimensions" (
	"ticket_id" bigint PRIMARY KEY NOT NULL,
	"contact_id" uuid,
	"filed_on" date NOT NULL,
	"topic" text NOT NULL,
	"request_type" text NOT NULL,
	"commune_code" text,
	"unit_id" text NOT NULL,
	"department_id" text,
	"complaint_about" text,
	"is_finished" boolean NOT NULL,
	"result" text,
	"is_confirmed" boolean NOT NULL,
	"rating" smallint,
	"priority_groups" text[] DEFAULT '{}' NOT NULL,
	"first_answer_minutes" integer,
	"resolution_minutes" integer,
	"answered_late" boolean DEFAULT false NOT NULL,
	"resolved_late" boolean DEFAULT false NOT NULL,
	"gender" text,
	"age_band" text,
	"household_status" text
);
--> statement-breakpoint
CREATE TABLE "last_updates" (
	"channel" text PRIMARY KEY NOT NULL,
	"last_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "ticket_dimensions_day" ON "ticket_dimensions" USING btree ("filed_on");--> statement-breakpoint
CREATE INDEX "ticket_dimensions_commune" ON "ticket_dimensions" USING btree ("commune_code","filed_on");--> statement-breakpoint
CREATE INDEX "ticket_dimensions_unit" ON "ticket_dimensions" USING btree ("unit_id","filed_on");--> statement-breakpoint
CREATE INDEX "ticket_dimensions_department" ON "ticket_dimensions" USING btree ("department_id","filed_on");--> statement-breakpoint
CREATE INDEX "ticket_dimensions_topic" ON "ticket_dimensions" USING btree ("topic","filed_on");--> statement-breakpoint
CREATE INDEX "ticket_dimensions_contact" ON "ticket_dimensions" USING btree ("contact_id") WHERE contact_id is not null;
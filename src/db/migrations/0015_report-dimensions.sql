-- What reports count follows the ticket, whoever changes it and by whatever statement.
CREATE FUNCTION "follow_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "ticket_dimensions" ("ticket_id", "contact_id", "filed_on", "topic", "request_type", "commune_code", "unit_id",
    "department_id", "complaint_about", "is_finished", "result", "is_confirmed", "rating", "priority_groups")
  VALUES (NEW."id", NEW."contact_id", (NEW."created_at" AT TIME ZONE INTERVAL '7 hours')::date, NEW."topic",
    NEW."request_type", NEW."commune_code", NEW."unit_id", NEW."department_id", NEW."complaint_about",
    NEW."status" IN ('resolved', 'closed'), NEW."result", NEW."confirmed_at" IS NOT NULL, NEW."rating",
    NEW."priority_groups")
  ON CONFLICT ("ticket_id") DO UPDATE SET "contact_id" = EXCLUDED."contact_id", "topic" = EXCLUDED."topic",
    "request_type" = EXCLUDED."request_type", "commune_code" = EXCLUDED."commune_code", "unit_id" = EXCLUDED."unit_id",
    "department_id" = EXCLUDED."department_id", "complaint_about" = EXCLUDED."complaint_about",
    "is_finished" = EXCLUDED."is_finished", "result" = EXCLUDED."result", "is_confirmed" = EXCLUDED."is_confirmed",
    "rating" = EXCLUDED."rating", "priority_groups" = EXCLUDED."priority_groups";
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "tickets_filed" AFTER INSERT ON "tickets" FOR EACH ROW EXECUTE FUNCTION "follow_ticket"();--> statement-breakpoint
CREATE TRIGGER "tickets_changed" AFTER UPDATE ON "tickets" FOR EACH ROW
WHEN (OLD."contact_id" IS DISTINCT FROM NEW."contact_id" OR OLD."topic" IS DISTINCT FROM NEW."topic"
  OR OLD."request_type" IS DISTINCT FROM NEW."request_type" OR OLD."commune_code" IS DISTINCT FROM NEW."commune_code"
  OR OLD."unit_id" IS DISTINCT FROM NEW."unit_id" OR OLD."department_id" IS DISTINCT FROM NEW."department_id"
  OR OLD."complaint_about" IS DISTINCT FROM NEW."complaint_about" OR OLD."result" IS DISTINCT FROM NEW."result"
  OR (OLD."status" IN ('resolved', 'closed')) IS DISTINCT FROM (NEW."status" IN ('resolved', 'closed'))
  OR OLD."confirmed_at" IS DISTINCT FROM NEW."confirmed_at" OR OLD."rating" IS DISTINCT FROM NEW."rating"
  OR OLD."priority_groups" IS DISTINCT FROM NEW."priority_groups")
EXECUTE FUNCTION "follow_ticket"();--> statement-breakpoint
INSERT INTO "ticket_dimensions" ("ticket_id", "contact_id", "filed_on", "topic", "request_type", "commune_code", "unit_id",
  "department_id", "complaint_about", "is_finished", "result", "is_confirmed", "rating", "priority_groups")
SELECT "id", "contact_id", ("created_at" AT TIME ZONE INTERVAL '7 hours')::date, "topic", "request_type", "commune_code",
  "unit_id", "department_id", "complaint_about", "status" IN ('resolved', 'closed'), "result", "confirmed_at" IS NOT NULL,
  "rating", "priority_groups"
FROM "tickets" ON CONFLICT DO NOTHING;

-- However a row goes (by its time, with its person, by hand), the file that it named is to be removed. Written in the
-- transaction that deletes, so that neither is kept without the other.
CREATE FUNCTION "remove_attachment_files"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "attachments_to_remove" ("name") SELECT DISTINCT "stored_name" FROM "gone" WHERE "stored_name" IS NOT NULL;
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "attachments_files" AFTER DELETE ON "attachments" REFERENCING OLD TABLE AS "gone" FOR EACH STATEMENT EXECUTE FUNCTION "remove_attachment_files"();

import type { Knex } from 'knex';

/** Buildings, floors, rooms and devices, each with the code that its QR label carries. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    SET LOCAL lock_timeout = '10s';
    CREATE TABLE place (
      id text PRIMARY KEY,
      parent_id text REFERENCES place,
      kind text NOT NULL CHECK (kind IN ('building', 'floor', 'room', 'device')),
      name text NOT NULL,
      name_en text NOT NULL DEFAULT '',
      code text NOT NULL UNIQUE CHECK (code ~ '^[2-9A-HJ-NP-Z]{6}$'),
      position integer NOT NULL DEFAULT 0,
      active boolean NOT NULL DEFAULT true,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CHECK ((kind = 'building') = (parent_id IS NULL))
    );
    COMMENT ON COLUMN place.name_en IS 'empty: the Chinese name stands in English texts, too';
    COMMENT ON COLUMN place.code IS 'stands in the QR code on the wall, so it never changes; without 0, O, 1 and I';
    COMMENT ON COLUMN place.active IS 'its own: below a place that is not in use, none is (place_path.active)';
    CREATE INDEX place_parent ON place (parent_id, position);
    CREATE UNIQUE INDEX place_name ON place (coalesce(parent_id, ''), name) WHERE active;

    CREATE FUNCTION place_stands() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND (NEW.kind <> OLD.kind OR NEW.code <> OLD.code) THEN
        RAISE EXCEPTION 'kind and code of a place stay' USING ERRCODE = 'check_violation', CONSTRAINT = 'place_stays';
      END IF;
      IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM place parent WHERE parent.id = NEW.parent_id AND CASE NEW.kind
          WHEN 'floor' THEN parent.kind = 'building'
          WHEN 'room' THEN parent.kind IN ('floor', 'building')
          WHEN 'device' THEN parent.kind <> 'device'
        END
      ) THEN
        RAISE EXCEPTION 'a % cannot stand there', NEW.kind USING ERRCODE = 'check_violation', CONSTRAINT = 'place_stands';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER place_stands BEFORE INSERT OR UPDATE OF parent_id, kind, code ON place FOR EACH ROW EXECUTE FUNCTION place_stands();

    -- Kinds allow four levels at most, so that no recursion is needed and a condition on id reaches the table.
    CREATE VIEW place_path AS
      SELECT place.id, place.kind, place.code,
        concat_ws(' ', c.name, b.name, a.name, place.name) AS full_name,
        concat_ws(' ', coalesce(nullif(c.name_en, ''), c.name), coalesce(nullif(b.name_en, ''), b.name), coalesce(nullif(a.name_en, ''), a.name),
          coalesce(nullif(place.name_en, ''), place.name)) AS full_name_en,
        coalesce(c.id, b.id, a.id, place.id) AS building_id,
        place.active AND coalesce(a.active, true) AND coalesce(b.active, true) AND coalesce(c.active, true) AS active
      FROM place LEFT JOIN place a ON a.id = place.parent_id LEFT JOIN place b ON b.id = a.parent_id LEFT JOIN place c ON c.id = b.parent_id;
  `);
}

/** Drops everything that `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP VIEW place_path; DROP TABLE place; DROP FUNCTION place_stands;');
}

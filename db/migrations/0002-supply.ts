import type { Knex } from 'knex';

/** Office items, their stock ledger and reservations. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE item (
      id text PRIMARY KEY,
      code text NOT NULL UNIQUE,
      name text NOT NULL,
      category text NOT NULL,
      unit text NOT NULL,
      specification text NOT NULL DEFAULT '',
      price_fen integer NOT NULL CHECK (price_fen >= 0),
      photo text,
      location text NOT NULL DEFAULT '',
      minimum integer NOT NULL DEFAULT 0 CHECK (minimum >= 0),
      active boolean NOT NULL DEFAULT true,
      on_hand integer NOT NULL DEFAULT 0,
      reserved integer NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT item_reserved_is_there CHECK (reserved BETWEEN 0 AND on_hand)
    );
    CREATE INDEX item_category ON item (category, code);
    COMMENT ON COLUMN item.on_hand IS 'sum of the item''s stock movements, kept by a trigger';
    COMMENT ON COLUMN item.reserved IS 'sum of what its reservations still hold, kept by a trigger';

    CREATE TABLE stock_movement (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      item_id text NOT NULL REFERENCES item,
      kind text NOT NULL CHECK (kind IN ('receipt', 'issue', 'stock-take')),
      quantity integer NOT NULL CHECK (quantity <> 0 OR kind = 'stock-take'),
      process_id text REFERENCES process,
      effect_key text,
      person_id text REFERENCES person,
      note text NOT NULL DEFAULT '',
      at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (effect_key, item_id)
    );
    CREATE INDEX stock_movement_item ON stock_movement (item_id, id);
    CREATE INDEX stock_movement_process ON stock_movement (process_id);
    CREATE FUNCTION movement_to_item() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE item SET on_hand = on_hand + NEW.quantity, updated_at = now() WHERE id = NEW.item_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER stock_moves AFTER INSERT ON stock_movement FOR EACH ROW EXECUTE FUNCTION movement_to_item();
    CREATE TRIGGER stock_movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_movement
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    CREATE TABLE reservation (
      process_id text NOT NULL REFERENCES process,
      item_id text NOT NULL REFERENCES item,
      quantity integer NOT NULL CHECK (quantity >= 0),
      issued integer NOT NULL DEFAULT 0 CHECK (issued >= 0),
      released integer NOT NULL DEFAULT 0 CHECK (released >= 0),
      lease_ends_at timestamptz NOT NULL,
      PRIMARY KEY (process_id, item_id),
      CHECK (issued + released <= quantity)
    );
    CREATE INDEX reservation_held ON reservation (item_id) WHERE quantity > issued + released;
    CREATE FUNCTION reservation_to_item() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      before integer := 0;
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        before := OLD.quantity - OLD.issued - OLD.released;
      END IF;
      UPDATE item SET reserved = reserved + (NEW.quantity - NEW.issued - NEW.released) - before WHERE id = NEW.item_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER reservation_changes AFTER INSERT OR UPDATE ON reservation
      FOR EACH ROW EXECUTE FUNCTION reservation_to_item();
  `);
}

/** Drops everything that `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE reservation, stock_movement, item CASCADE;
    DROP FUNCTION movement_to_item, reservation_to_item;
  `);
}

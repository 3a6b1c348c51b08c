import type { Knex } from 'knex';

/** Repairs: who can do what and when, orders with their offers and parts, preventive plans; and the clock that runs over several steps. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    SET LOCAL lock_timeout = '10s';
    CREATE TABLE process_clock (
      process_id text PRIMARY KEY REFERENCES process,
      policy text NOT NULL,
      started_at timestamptz NOT NULL,
      pauses jsonb NOT NULL DEFAULT '[]',
      paused_at timestamptz,
      due_at timestamptz,
      passed text[] NOT NULL DEFAULT '{}'
    );
    COMMENT ON TABLE process_clock IS 'A clock over several steps (SLA): it stands still while none of the contract''s steps is open.';
    COMMENT ON COLUMN process_clock.policy IS 'step of the timeout policy: clock-NAME';
    COMMENT ON COLUMN process_clock.pauses IS 'ended ones, from and to';
    COMMENT ON COLUMN process_clock.due_at IS 'as last computed; while it stands still, as it was before';
    COMMENT ON COLUMN process_clock.passed IS 'deadlines that it spoke at: POLICY.KIND.N';

    CREATE TABLE repairer (
      person_id text PRIMARY KEY REFERENCES person,
      skills text[] NOT NULL,
      building_ids text[] NOT NULL DEFAULT '{}',
      week jsonb NOT NULL DEFAULT '{}',
      on_call boolean NOT NULL DEFAULT false,
      active boolean NOT NULL DEFAULT true,
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON COLUMN repairer.building_ids IS 'where one is at home; none means everywhere alike';
    COMMENT ON COLUMN repairer.week IS 'duty by weekday 1 to 7, as in the business calendar';
    COMMENT ON COLUMN repairer.on_call IS 'asked in an emergency at any hour';
    CREATE TABLE repairer_absence (
      id text PRIMARY KEY,
      person_id text NOT NULL REFERENCES repairer,
      from_at timestamptz NOT NULL,
      until_at timestamptz NOT NULL,
      reason text NOT NULL DEFAULT '',
      created_by text NOT NULL REFERENCES person,
      created_at timestamptz NOT NULL DEFAULT now(),
      CHECK (until_at > from_at)
    );
    CREATE INDEX repairer_absence_person ON repairer_absence (person_id, until_at);

    CREATE TABLE repair_plan (
      id text PRIMARY KEY,
      title text NOT NULL,
      place_id text NOT NULL REFERENCES place,
      category text NOT NULL,
      description text NOT NULL,
      every_months smallint,
      every_days smallint,
      next_on date NOT NULL,
      active boolean NOT NULL DEFAULT true,
      created_by text NOT NULL REFERENCES person,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CHECK (num_nonnulls(every_months, every_days) = 1),
      CHECK (coalesce(every_months, 1) BETWEEN 1 AND 60 AND coalesce(every_days, 1) BETWEEN 1 AND 366)
    );
    CREATE INDEX repair_plan_next ON repair_plan (next_on) WHERE active;
    CREATE TABLE repair_plan_order (
      plan_id text NOT NULL REFERENCES repair_plan,
      due_on date NOT NULL,
      process_id text NOT NULL UNIQUE REFERENCES process,
      PRIMARY KEY (plan_id, due_on)
    );

    CREATE TABLE repair_order (
      process_id text PRIMARY KEY REFERENCES process,
      place_id text NOT NULL REFERENCES place,
      building_id text NOT NULL REFERENCES place,
      category text NOT NULL,
      urgency text NOT NULL,
      offered_to text REFERENCES repairer,
      repairer_id text REFERENCES repairer,
      eta timestamptz,
      taken_on_at timestamptz,
      completed_at timestamptz,
      minutes integer NOT NULL DEFAULT 0,
      parts_fen bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE repair_order IS 'An order as the dispatcher sees it, from its first dispatch on.';
    COMMENT ON COLUMN repair_order.offered_to IS 'who is asked at the moment';
    COMMENT ON COLUMN repair_order.repairer_id IS 'who took it on';
    CREATE INDEX repair_order_offered ON repair_order (offered_to) WHERE offered_to IS NOT NULL;
    CREATE INDEX repair_order_repairer ON repair_order (repairer_id, taken_on_at);
    CREATE INDEX repair_order_place ON repair_order (place_id);
    CREATE INDEX repair_order_created ON repair_order (created_at);
    CREATE TABLE repair_offer (
      key text PRIMARY KEY,
      process_id text NOT NULL REFERENCES process,
      repairer_id text NOT NULL REFERENCES repairer,
      why jsonb NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON COLUMN repair_offer.why IS 'what spoke for this one: duty, place, load, how many could be asked';
    CREATE INDEX repair_offer_process ON repair_offer (process_id);
    CREATE INDEX repair_offer_repairer ON repair_offer (repairer_id, at);
    CREATE TABLE repair_part (
      key text NOT NULL,
      process_id text NOT NULL REFERENCES process,
      item_id text NOT NULL REFERENCES item,
      quantity integer NOT NULL CHECK (quantity > 0),
      missing integer NOT NULL DEFAULT 0 CHECK (missing BETWEEN 0 AND quantity),
      price_fen integer NOT NULL,
      PRIMARY KEY (key, item_id)
    );
    CREATE INDEX repair_part_process ON repair_part (process_id);
    COMMENT ON COLUMN repair_part.missing IS 'taken although the ledger had none free: to be found at the next stock-take';
    CREATE TABLE repair_rating (
      id text PRIMARY KEY,
      process_id text NOT NULL REFERENCES process,
      person_id text NOT NULL REFERENCES person,
      stars jsonb NOT NULL,
      words text NOT NULL DEFAULT '',
      at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX repair_rating_process ON repair_rating (process_id);
    COMMENT ON TABLE repair_rating IS 'What a requester says after the end, beside the evaluation and never over it.';

    ALTER TABLE stock_movement DROP CONSTRAINT stock_movement_kind_check,
      ADD CONSTRAINT stock_movement_kind_check CHECK (kind IN ('receipt', 'issue', 'stock-take', 'repair'));
  `);
}

/** Drops what `up` made. Movements of repairs forbid it: the ledger is not rewritten. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE stock_movement DROP CONSTRAINT stock_movement_kind_check,
      ADD CONSTRAINT stock_movement_kind_check CHECK (kind IN ('receipt', 'issue', 'stock-take'));
    DROP TABLE repair_rating, repair_part, repair_offer, repair_order, repair_plan_order, repair_plan, repairer_absence, repairer, process_clock;
  `);
}

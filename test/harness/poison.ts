import type { Pool } from 'pg'

/** Makes every change of one row fail until it is disposed of, as data that no code expected would. */
export async function poison(
  pool: Pool,
  table: string,
  id: string,
  column = 'id',
  operations = 'INSERT OR UPDATE OR DELETE',
): Promise<AsyncDisposable> {
  await pool.query(`
    CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF to_jsonb(CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END) ->> TG_ARGV[0] = TG_ARGV[1] THEN
        RAISE EXCEPTION 'this row is poisoned';
      END IF;
      RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER poisoned BEFORE ${operations} ON "${table}"
      FOR EACH ROW EXECUTE FUNCTION poison('${column}', '${id}')`)
  return {
    async [Symbol.asyncDispose]() {
      await pool.query(`DROP TRIGGER IF EXISTS poisoned ON "${table}"`)
    },
  }
}

import { NOW } from './statements.ts'

/**
 * A window is the row of its key without a token: its amount is all that is settled and held. Each token that holds an amount has a row beside
 * it. `gone_at` ends the window: from then on every statement treats its rows as missing.
 */
export const CREATE: string = `
  CREATE TABLE IF NOT EXISTS stageflow_budgets (
    key TEXT NOT NULL,
    token TEXT NOT NULL,
    amount INTEGER NOT NULL,
    gone_at INTEGER NOT NULL,
    PRIMARY KEY (key, token)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS stageflow_budgets_gone_at ON stageflow_budgets (gone_at);
`

const HELD = `(SELECT amount FROM stageflow_budgets WHERE key = :key AND token = :token AND gone_at > ${NOW})`
const OTHERS = `stageflow_budgets.amount - coalesce(${HELD}, 0)`

/** Changes the row of the window if the amount can be reserved. */
export const RESERVE: string = `
  INSERT INTO stageflow_budgets (key, token, amount, gone_at)
  SELECT :key, '', :amount, ${NOW} + :windowMs WHERE :amount <= :most
  ON CONFLICT (key, token) DO UPDATE SET
    amount = CASE WHEN gone_at <= ${NOW} THEN 0 ELSE ${OTHERS} END + :amount,
    gone_at = CASE WHEN gone_at <= ${NOW} THEN excluded.gone_at ELSE gone_at END
  WHERE gone_at <= ${NOW} OR ${OTHERS} + :amount <= :most
`

/** Keeps what the token holds, as long as the window lasts. */
export const HOLD: string = `
  INSERT INTO stageflow_budgets (key, token, amount, gone_at)
  SELECT key, :token, :amount, gone_at FROM stageflow_budgets WHERE key = :key AND token = ''
  ON CONFLICT (key, token) DO UPDATE SET amount = excluded.amount, gone_at = excluded.gone_at
`

/** What others hold and have settled, and how long the window still lasts. */
export const STATE: string = `
  SELECT ${OTHERS} AS others, gone_at - ${NOW} AS left_ms FROM stageflow_budgets
  WHERE key = :key AND token = '' AND gone_at > ${NOW}
`

/** Changes the row of the window if the token holds something in it. */
export const SETTLE: string = `
  UPDATE stageflow_budgets SET amount = ${OTHERS} + :amount
  WHERE key = :key AND token = '' AND gone_at > ${NOW} AND ${HELD} IS NOT NULL
`

export const DROP: string = `DELETE FROM stageflow_budgets WHERE key = :key AND token = :token`

export const PURGE: string = `
  DELETE FROM stageflow_budgets WHERE (key, token) IN (
    SELECT key, token FROM stageflow_budgets WHERE gone_at <= ${NOW} ORDER BY gone_at LIMIT :most
  )
`

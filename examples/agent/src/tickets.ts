import { DatabaseSync } from 'node:sqlite'

export interface Ticket {
  readonly id: number
  readonly customer: string
  readonly question: string
  readonly status: 'open' | 'closed'
  readonly reply: string | null
}

/** The tickets of a help desk, in an SQLite file. */
export interface Tickets {
  list(status: Ticket['status']): readonly Ticket[]
  /** Closes an open ticket with a reply. With the same key it does so once. Returns false if the ticket isn't open. */
  close(id: number, reply: string, key: string): boolean
  /** Opens a ticket again that work with this key has closed. */
  reopen(id: number, key: string): void
  end(): void
}

const FIRST = `INSERT INTO tickets (customer, question, status, reply) VALUES
  ('Ada', 'My stage calls a server that sometimes answers with status 503. How do I retry it?', 'open', NULL),
  ('Grace', 'How do I stop the model when the browser disconnects?', 'open', NULL),
  ('Alan', 'Which versions of Node do you support?', 'closed', 'reply-0.md')`

/** Opens the file. A new one has three tickets. */
export function openTickets(path: string): Tickets {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000')
  database.exec('BEGIN IMMEDIATE')
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version === 0)
    database.exec(`
      CREATE TABLE tickets (id INTEGER PRIMARY KEY, customer TEXT, question TEXT, status TEXT, reply TEXT, closed_by TEXT);
      ${FIRST};
      PRAGMA user_version = 1`)
  database.exec('COMMIT')
  const list = database.prepare(
    'SELECT id, customer, question, status, reply FROM tickets WHERE status = ? ORDER BY id',
  )
  const close = database.prepare(
    `UPDATE tickets SET status = 'closed', reply = ?, closed_by = ? WHERE id = ? AND (status = 'open' OR closed_by = ?)`,
  )
  const reopen = database.prepare(
    `UPDATE tickets SET status = 'open', reply = NULL, closed_by = NULL WHERE id = ? AND closed_by = ?`,
  )
  return {
    list: (status) => list.all(status) as unknown as Ticket[],
    close: (id, reply, key) => close.run(reply, key, id, key).changes === 1,
    reopen: (id, key) => void reopen.run(id, key),
    end: () => database.close(),
  }
}

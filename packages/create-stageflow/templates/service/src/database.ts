import { DatabaseSync } from 'node:sqlite'

export interface Message {
  readonly id: string
  readonly orgId: string
  readonly userId: string
  readonly question: string
  readonly answer: string
}

/** Keeps messages. Each call names the organization and the user, so that no tenant sees those of another one. */
export interface Database {
  save(message: Message): void
  /** The newest 50. */
  messagesOf(orgId: string, userId: string): readonly Pick<Message, 'id' | 'question' | 'answer'>[]
  close(): void
}

const TABLE = `CREATE TABLE IF NOT EXISTS messages (
  id TEXT PRIMARY KEY, org TEXT NOT NULL, user TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL
) STRICT`

export function openDatabase(path: string): Database {
  const file = new DatabaseSync(path)
  file.exec('PRAGMA journal_mode = WAL')
  file.exec('PRAGMA busy_timeout = 5000')
  file.exec(TABLE)
  file.exec('CREATE INDEX IF NOT EXISTS of_user ON messages (org, user)')
  // A run that is done again after a crash writes the same row.
  const insert = file.prepare('INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?)')
  const select = file.prepare(
    'SELECT id, question, answer FROM messages WHERE org = ? AND user = ? ORDER BY rowid DESC LIMIT 50',
  )
  return {
    save({ id, orgId, userId, question, answer }) {
      insert.run(id, orgId, userId, question, answer)
    },
    messagesOf: (orgId, userId) =>
      select.all(orgId, userId).map((row) => ({
        id: String(row['id']),
        question: String(row['question']),
        answer: String(row['answer']),
      })),
    close: () => file.close(),
  }
}

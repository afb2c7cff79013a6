import { DatabaseSync } from 'node:sqlite'

/** A database in memory. After `breakCommits(table)`, no change of a row of the table can be committed. */
export function databaseWithBrokenCommits(): { database: DatabaseSync; breakCommits: (table: string) => void } {
  const database = new DatabaseSync(':memory:')
  database.exec(`
    PRAGMA foreign_keys = ON;
    CREATE TABLE parent (id TEXT PRIMARY KEY);
    CREATE TABLE child (id TEXT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);`)
  return {
    database,
    // A deferred constraint is checked when the statement is committed.
    breakCommits: (table) =>
      database.exec(`CREATE TRIGGER broken AFTER UPDATE ON ${table} BEGIN INSERT INTO child VALUES ('none'); END`),
  }
}

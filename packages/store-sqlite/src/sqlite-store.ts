import { checkArgumentCount } from '@stageflow/core/kit'
import type { Claim, ClaimAnswer, Completion, KeyedStore } from '@stageflow/keyed-work'

import { openDatabase, type SqliteStoreOptions } from './database.ts'
import { CLAIM, COMPLETE, CREATE, FIND, PURGE, RELEASE } from './statements.ts'

/** A store that answers synchronously. */
export interface SqliteStore extends KeyedStore {
  claim(key: string, claim: Claim): ClaimAnswer
  complete(key: string, completion: Completion): boolean
  release(key: string, token: string): void
  /** Closes the file if the store opened it. Later operations throw `store-sqlite/unavailable`. */
  close(): void
}

interface Row {
  readonly token: string
  readonly parameters: string
  readonly value: string | null
  readonly left_ms: number | bigint
}

/** After every 64 claims, at most 256 expired rows are removed, so that more rows leave than come. */
const CLAIMS_PER_PURGE = 64
const ROWS_PER_PURGE = 256
const MOST_TRIES = 100

/**
 * Keeps claims and results in one SQLite file, for all processes of one machine. Creates its table when it opens the file.
 * Throws `store-sqlite/illegal-option`, and `store-sqlite/unavailable` if the file can't be opened.
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  checkArgumentCount(arguments.length, 1, 'sqliteStore(options)', 'store-sqlite/illegal-option')
  const { database, attempt, close } = openDatabase('sqliteStore', options)
  const { find, claim, complete, release, purge } = attempt('open', () => {
    database.exec(CREATE)
    return {
      find: database.prepare(FIND),
      claim: database.prepare(CLAIM),
      complete: database.prepare(COMPLETE),
      release: database.prepare(RELEASE),
      purge: database.prepare(PURGE),
    }
  })
  let claims = 0

  function claimOnce(key: string, token: string, parameters: string, leaseMs: number): ClaimAnswer | undefined {
    const row = find.get({ key }) as Row | undefined
    if (row !== undefined && row.value !== null)
      return { status: 'completed', parameters: row.parameters, value: row.value }
    if (row !== undefined && row.token !== token)
      return { status: 'running', parameters: row.parameters, leaseMs: Number(row.left_ms) }
    const { changes } = claim.run({ key, token, parameters, ms: leaseMs })
    if (Number(changes) === 0) return undefined
    claims++
    if (claims % CLAIMS_PER_PURGE === 0) purge.run({ most: ROWS_PER_PURGE })
    return { status: 'claimed' }
  }

  return {
    core: '^1.0.0',
    claim: (key, { token, parameters, leaseMs }) =>
      attempt('claim', () => {
        for (let tries = 0; tries < MOST_TRIES; tries++) {
          // Undefined if another process wrote between the read and the write.
          const answer = claimOnce(key, token, parameters, leaseMs)
          if (answer !== undefined) return answer
        }
        throw new Error(`the key was neither free nor taken ${MOST_TRIES} times in a row`)
      }),
    complete: (key, { token, parameters, value, ttlMs }) =>
      attempt('complete', () => Number(complete.run({ key, token, parameters, value, ms: ttlMs }).changes) > 0),
    release: (key, token) => void attempt('release', () => release.run({ key, token })),
    close,
  }
}

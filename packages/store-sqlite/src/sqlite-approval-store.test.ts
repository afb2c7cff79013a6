import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { Approvals, memoryApprovalStore } from '@stageflow/approvals'
import { approvalStoreContract } from '@stageflow/approvals/contract'
import type { ApprovalStore, FoundApproval } from '@stageflow/keyed-work'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { paymentsGraph, type SideTask } from '../test/approval-side.ts'
import { databaseWithBrokenCommits } from '../test/broken-database.ts'
import { contractWithDatabases } from '../test/contract-with-databases.ts'
import { ownFiles } from '../test/own-files.ts'
import { race } from '../test/race.ts'
import { PENDING_OF_OWNER, PENDING_OF_TENANT } from './approval-statements.ts'
import { sqliteApprovalStore } from './sqlite-approval-store.ts'

const newFile = ownFiles()
const ASKED = { tenant: 'acme', request: 'asked', ttlMs: 60_000, retentionMs: 60_000 }

contractWithDatabases(approvalStoreContract, sqliteApprovalStore, { path: newFile(), shortMs: 300 })

const stepArbitrary = fc.record({
  /** Which of two connections makes it. */
  side: fc.nat({ max: 1 }),
  act: fc.constantFrom('request', 'decide', 'cancel', 'use', 'find', 'pending', 'inbox'),
  owner: fc.constantFrom('ada', 'bob'),
  id: fc.constantFrom('a', 'b'),
  word: fc.constantFrom('x', 'y'),
  approved: fc.boolean(),
})

test('whatever two connections do with one file: both see what a single store in memory has', () => {
  const file = newFile()
  const sides = [0, 1].map(() => sqliteApprovalStore({ path: file, synchronous: 'normal' }))
  let runs = 0
  fc.assert(
    fc.property(fc.array(stepArbitrary, { maxLength: 30 }), (steps) => {
      const model = memoryApprovalStore()
      const prefix = `${++runs}-`
      for (const { side, act, owner, id, word, approved } of steps) {
        const doStep = (store: ApprovalStore): unknown => {
          const of = prefix + owner
          if (act === 'request') return store.request(of, id, { ...ASKED, tenant: prefix, request: word })
          if (act === 'inbox') return store.pending({ tenant: prefix, limit: 2, after: 0 })
          if (act === 'decide') return store.decide(of, id, { approved, decision: word })
          if (act === 'use') return store.use(of, id, word)
          return act === 'pending' ? store.pending({ owner: of, limit: 10, after: 0 }) : store[act](of, id)
        }
        expect(withoutTime(doStep(sides[side] as ApprovalStore))).toEqual(withoutTime(doStep(model)))
      }
    }),
    propertySettings(1_000),
  )
  for (const side of sides) side.close()
})

/** How long it can still be decided depends on how fast the store is, and its place on what it has had before. */
function withoutTime(seen: unknown): unknown {
  if (Array.isArray(seen)) return seen.map(withoutTime)
  return seen && { ...(seen as NonNullable<FoundApproval>), leftMs: 0, place: 0 }
}

/** What each of these processes printed. */
const raced = async (tasks: readonly SideTask[]): Promise<readonly unknown[]> =>
  (await race('approval-side.ts', tasks)).map(({ answer }) => answer)

test('four processes race for 200 approvals: each is used by one of them', async () => {
  const file = newFile()
  const store = sqliteApprovalStore({ path: file, synchronous: 'normal' })
  const ids = Array.from({ length: 200 }, (_, index) => `${index}`)
  for (const id of ids) {
    store.request('ada', id, ASKED)
    store.decide('ada', id, { approved: true, decision: 'yes' })
  }
  const used = (await raced(Array.from({ length: 4 }, () => ({ file, use: { owner: 'ada', ids } })))) as string[][]
  expect(used.flat().toSorted()).toEqual(ids.toSorted())
  store.close()
}, 120_000)

test('a run suspends with its approval, and of two processes that resume it one calls the tool, with the edited arguments', async () => {
  const [file, state, payments] = [newFile(), newFile('state.json'), newFile('payments.txt')]
  writeFileSync(payments, '')
  const ada = { orgId: 'acme', userId: 'ada' }
  // The process that asks ends.
  const asking = sqliteApprovalStore({ path: file })
  const first = await paymentsGraph(new Approvals({ store: asking, waitMs: 0 }), payments).run(ada)
  writeFileSync(state, JSON.stringify(first))
  asking.close()
  expect(first.status).toBe('suspended')

  // Another process decides.
  const deciding = sqliteApprovalStore({ path: file })
  const approvals = new Approvals({ store: deciding })
  const [open] = await approvals.pending(ada)
  expect(open).toMatchObject({ id: first.status === 'suspended' && first.requests['pay'], arguments: { euros: 900 } })
  await approvals.decide(open?.id ?? '', { approved: true, arguments: { euros: 50 } }, ada)

  const ends = await raced([1, 2].map(() => ({ file, resume: { state, payments } })))
  expect(readFileSync(payments, 'utf8')).toBe('50\n')
  expect(ends).toHaveLength(2)
  expect(ends).toContainEqual({ text: '50 euros paid' })
  expect(ends).toContainEqual('approval_used')
  expect(await approvals.get(open?.id ?? '', ada)).toMatchObject({ status: 'used' })
  deciding.close()
}, 120_000)

test('approvals and idempotency records can share a file, and approvals outlive the process', () => {
  const file = newFile()
  const first = sqliteApprovalStore({ path: file })
  first.request('ada', 'a', ASKED)
  first.close()
  const second = sqliteApprovalStore({ path: file })
  expect(second.find('ada', 'a')).toMatchObject({ status: 'pending' })
  second.close()
})

test('every 64th request removes some rows past their time', () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteApprovalStore({ database })
  const count = (): unknown => database.prepare('SELECT count(*) AS n FROM stageflow_approvals').get()?.['n']
  const request = (id: string) => store.request('ada', id, ASKED)
  for (let n = 0; n < 300; n++) request(`old${n}`)
  database.exec('UPDATE stageflow_approvals SET gone_at = 5')
  // 300 requests were made: the next one that purges is the 320th.
  for (let n = 0; n < 19; n++) request(`new${n}`)
  expect(count()).toBe(319)
  request('new19')
  expect(count()).toBe(320 - 256)
  database.close()
})

test.each([
  [PENDING_OF_OWNER, 'owner'],
  [PENDING_OF_TENANT, 'tenant'],
])('a list is read from an index, in its order (%#)', (statement, column) => {
  const database = new DatabaseSync(':memory:')
  sqliteApprovalStore({ database })
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all({ [column]: 'acme', after: 0, most: 10 })
  const [step, ...others] = plan.map(({ detail }) => String(detail))
  expect(step).toContain(`USING INDEX stageflow_approvals_${column} (${column}=? AND place>?`)
  expect(others).toEqual([])
  database.close()
})

test('an error of SQLite makes the store unavailable, and so does close()', () => {
  const file = newFile()
  const store = sqliteApprovalStore({ path: file, busyTimeoutMs: 20 })
  store.request('ada', 'a', ASKED)
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  expect(() => store.decide('ada', 'a', { approved: true, decision: '' })).toThrow(
    /^sqliteApprovalStore\(\): decide failed for the file ".*": database is locked/,
  )
  // Waiting for a decision only reads.
  expect(store.find('ada', 'a')).toMatchObject({ status: 'pending' })
  other.exec('ROLLBACK')
  other.close()
  store.close()
  for (const act of [
    () => store.find('ada', 'a'),
    () => store.pending({ owner: 'ada', limit: 1, after: 0 }),
    () => store.request('ada', 'b', ASKED),
  ])
    expect(act).toThrow(expect.objectContaining({ code: 'store-sqlite/unavailable' }) as Error)
  expect(() => sqliteApprovalStore({} as never)).toThrow(
    "sqliteApprovalStore(): pass either path or database: sqliteApprovalStore({ path: 'folder/name.db' })",
  )
})

test('a change that cannot be committed is an error, not a success', () => {
  const { database, breakCommits } = databaseWithBrokenCommits()
  const store = sqliteApprovalStore({ database })
  store.request('ada', 'a', ASKED)
  store.decide('ada', 'a', { approved: true, decision: '' })
  breakCommits('stageflow_approvals')
  expect(() => store.use('ada', 'a', 'token')).toThrow(
    expect.objectContaining({ code: 'store-sqlite/unavailable' }) as Error,
  )
  expect(store.find('ada', 'a')).toMatchObject({ status: 'approved', token: undefined })
  database.close()
})

test('a request that the database never takes fails, and does not block the process forever', () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteApprovalStore({ database })
  database.exec('CREATE TRIGGER deaf BEFORE INSERT ON stageflow_approvals BEGIN SELECT RAISE(IGNORE); END;')
  expect(() => store.request('ada', 'a', ASKED)).toThrow('was neither free nor taken 100 times in a row')
  database.close()
})

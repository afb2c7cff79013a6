import { DatabaseSync } from 'node:sqlite'

import { expect, test } from 'vitest'

import { ABANDONED, CREATE, UNFINISHED, listOf } from './statements.ts'

test('the search for runs that can go on does not read those that only wait', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(CREATE)
  for (const sql of [ABANDONED, UNFINISHED]) {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all({ pipeline: 'p' })
    const reads = plan.map(({ detail }) => String(detail)).filter((detail) => /^(SEARCH|SCAN) /.test(detail))
    for (const read of reads.filter((each) => / runs /.test(each)))
      expect(read).toMatch(/USING INDEX runs_of_status \(status=\?\)|USING INTEGER PRIMARY KEY/)
    expect(reads.join()).toMatch(/SCAN inbox/)
  }
  database.close()
})

test.each([
  [[], 'runs_started'],
  [['from'], 'runs_started'],
  [['to', 'before'], 'runs_started'],
  [['status'], 'runs_of_status'],
  [['status', 'from', 'before'], 'runs_of_status'],
  [['pipeline'], 'runs_of_pipeline'],
  [['userId'], 'runs_of_user'],
  [['orgId', 'from', 'to'], 'runs_of_org'],
  [['orgId', 'before'], 'runs_of_org'],
] as const)('a list by %j is read in the order of an index, and no further than its page', (conditions, index) => {
  const database = new DatabaseSync(':memory:')
  database.exec(CREATE)
  const plan = database
    .prepare(`EXPLAIN QUERY PLAN ${listOf(conditions)}`)
    .all()
    .map(({ detail }) => String(detail))
  expect(plan.filter((step) => / runs /.test(step))).toEqual([expect.stringContaining(`INDEX ${index}`)])
  expect(plan.join()).not.toContain('TEMP B-TREE')
  database.close()
})

test('what a list reads of a run comes before its large columns, which SQLite then does not read', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(CREATE)
  const columns = database
    .prepare('PRAGMA table_info(runs)')
    .all()
    .map(({ name }) => String(name))
  const listed = /SELECT (.*),/.exec(listOf([]))?.[1]?.replaceAll('runs.', '').split(', ') ?? []
  expect(listed).toContain('error')
  const last = Math.max(...listed.map((name) => columns.indexOf(name)))
  for (const large of ['input', 'options', 'kept', 'result']) expect(columns.indexOf(large)).toBeGreaterThan(last)
  database.close()
})

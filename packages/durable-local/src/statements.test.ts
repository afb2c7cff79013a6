import { DatabaseSync } from 'node:sqlite'

import { expect, test } from 'vitest'

import { ABANDONED, CREATE, UNFINISHED } from './statements.ts'

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

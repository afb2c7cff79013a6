import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { packAll, packedProblems } from '../release/packed.mjs'
import { conclude } from '../lib/workspace.mjs'

// What npm would get: packed, then judged by publint and by "are the types wrong". Given a folder, it leaves the
// tarballs there.

const root = process.cwd()
const keep = process.argv[2]
const folder = keep ?? mkdtempSync(join(tmpdir(), 'stageflow-packed-'))
try {
  const packed = packAll(root, folder)
  const problems = packed.flatMap((each) => packedProblems(root, each))
  conclude(problems, `${packed.length} packages pack, and pass publint --strict and attw --profile esm-only`)
} finally {
  if (keep === undefined) rmSync(folder, { recursive: true, force: true })
}

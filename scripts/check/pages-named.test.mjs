import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { exporterContract } from '../../packages/exporter-buffered/src/contract.ts'
import { keyedStoreContract, processContract } from '../../packages/keyed-work/src/contract.ts'
import { approvalStoreContract } from '../../packages/approvals/src/contract.ts'
import { budgetStoreContract } from '../../packages/models/src/contract.ts'
import { interceptorContract, sinkContract } from '../../packages/testing/src/contract.ts'
import { executorContract, executorProcessContract } from '../../packages/testing/src/durable-contract.ts'
import { undoStoreContract } from '../../packages/undo/src/contract.ts'
import { guidePages } from '../generate/error-guides.mjs'

// What scripts and pages of this repository name exists on the other side.

const ROOT = join(import.meta.dirname, '../..')

test('CONTRIBUTING names every command and every check', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
  const waysToName = (name) => [`\`${name}\``, `\`npm ${name}`, `\`npm run ${name}\``, `\`npm run ${name} `]
  expect(Object.keys(scripts).filter((name) => !waysToName(name).some((way) => page.includes(way)))).toEqual([])
})

test('every guide that an error code links to exists', () => {
  expect(guidePages().filter((page) => !existsSync(join(ROOT, page)))).toEqual([])
})

test('the page of the contracts has a row for every case, in order', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/contracts.md'), 'utf8')
  const rows = page.split('\n').flatMap((line) => line.match(/^\| ([^|]+) \| [^|]+ \| [^|]+ \|$/)?.[1] ?? [])
  const contracts = [
    interceptorContract(() => ({})),
    sinkContract(() => ({})),
    executorContract(() => ({})),
    executorProcessContract(new URL('store.ts', import.meta.url)),
    exporterContract(() => ({})),
    keyedStoreContract(() => ({})),
    processContract(new URL('side.ts', import.meta.url)),
    approvalStoreContract(() => ({})),
    undoStoreContract(() => ({})),
    budgetStoreContract(() => ({})),
  ]
  const cases = contracts.flatMap((contract) => contract.map(({ name }) => name))
  const noCases = new Set(['contract', '---', 'case', ...rows.filter((row) => row.startsWith('`'))])
  expect(rows.filter((row) => !noCases.has(row))).toEqual(cases)
})

import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

import { exporterContract } from '@stageflow/exporter-buffered/contract'
import { describe, test, vi } from 'vitest'

import { linesOf, temporaryFolder } from '../test/event-of.ts'
import { JsonlExporter } from './index.ts'
import type { JsonlExporterOptions } from './index.ts'

// Files are slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

function create(options: Partial<JsonlExporterOptions> = {}) {
  const folder = temporaryFolder()
  return {
    exporter: new JsonlExporter({ path: folder.file, ...options }),
    written: () =>
      (existsSync(folder.path) ? readdirSync(folder.path).sort() : []).flatMap((name) =>
        linesOf(join(folder.path, name)),
      ),
    breakDownstream: () => mkdirSync(folder.file),
    repairDownstream: () => rmdirSync(folder.file),
    end: () => folder.remove(),
  }
}

describe('as it is', () => {
  for (const { name, run } of exporterContract(() => create())) test(name, run)
})

describe('with fsync, small files and no redaction', () => {
  const LARGEST = 'a batch of any size is written completely'
  const options = { fsync: true, redaction: false } as const
  const contractWith = (maxFileBytes: number) => exporterContract(() => create({ ...options, maxFileBytes }))
  for (const { name, run } of contractWith(1_000)) if (name !== LARGEST) test(name, run)
  // The largest batch would fill more than a thousand files of 1,000 bytes.
  for (const { name, run } of contractWith(100_000)) if (name === LARGEST) test(name, run)
})

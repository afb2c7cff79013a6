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
  const options = { fsync: true, maxFileBytes: 1_000, redaction: false } as const
  for (const { name, run } of exporterContract(() => create(options))) test(name, run)
})

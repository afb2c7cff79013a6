// Runs with a limit for the size of files, like a full disk. Prints the result of each export.
import process from 'node:process'

import { JsonlExporter } from '../src/index.ts'
import { eventsOf } from './event-of.ts'

const exporter = new JsonlExporter({ path: process.argv[2] ?? '' })
const outcomes: string[] = []
for (const [first, last] of [
  [1, 10],
  [11, 2_000],
  [2_001, 2_010],
] as const)
  outcomes.push(
    await exporter.export(eventsOf(first, last)).then(
      () => 'written',
      (error: unknown) => (error as { readonly code: string }).code,
    ),
  )
await exporter.close()
process.stdout.write(JSON.stringify(outcomes))

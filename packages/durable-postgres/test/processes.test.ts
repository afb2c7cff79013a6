import { test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
import { processCases } from '../../durable-engine/test/process-cases.ts'
import { newSchema } from './new-schema.ts'

const cases = processCases(newSchema)
// By day those in which one process takes over from another.
const byDay = cases.filter(({ name }) => name.includes('killed'))
for (const { name, run } of isHeavy ? cases : byDay) test(name, run, 60_000)

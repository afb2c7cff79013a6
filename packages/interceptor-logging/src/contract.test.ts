import { interceptorContract } from '@stageflow/testing/contract'
import { pino } from 'pino'
import { test } from 'vitest'

import { logging } from './index.ts'

const quiet = () => pino({ level: 'trace' }, { write() {} })

for (const { name, run } of interceptorContract(() => logging({ logger: quiet(), startLines: true, data: true })))
  test(name, run)

import { vi } from 'vitest'
import { killCases } from './kill-cases.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

killCases('sqlite')

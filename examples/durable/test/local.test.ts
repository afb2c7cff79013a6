import { vi } from 'vitest'
import { killCases } from './kill-cases.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

killCases('local')

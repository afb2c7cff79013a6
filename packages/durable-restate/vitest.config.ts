import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { globalSetup: 'test/restate.setup.ts', testTimeout: 60_000 } })

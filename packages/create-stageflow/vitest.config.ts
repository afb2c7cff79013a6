import { defineConfig } from 'vitest/config'

// The tests in templates/ are for the runner of Node: they run in the packages that are made from them.
export default defineConfig({ test: { include: ['src/**/*.test.ts'] } })

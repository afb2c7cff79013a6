import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { globalSetup: '../store-postgres/test/postgres.setup.ts' } })

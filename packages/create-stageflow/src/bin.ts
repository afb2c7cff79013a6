#!/usr/bin/env node
import process from 'node:process'

import { create } from './create.ts'

process.exitCode = await create(process.argv.slice(2), {
  cwd: process.cwd(),
  input: process.stdin,
  output: process.stdout,
  error: process.stderr,
  nodeVersion: process.versions.node,
  userAgent: process.env['npm_config_user_agent'],
})

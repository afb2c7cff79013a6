import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'

import { conclude } from './workspace.mjs'

// What core adds to an app's bundle, all of it used: minified, then compressed.

// The target, which core misses (docs/decisions/0003-size.md says why), and the size that it must not grow beyond meanwhile.
const TARGET = 14_000
const MOST = 27_000

const { outputFiles } = await build({
  entryPoints: ['packages/core/src/index.ts'],
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  write: false,
})
const minified = outputFiles[0].contents
const size = gzipSync(minified, { level: 9 }).length
const says = `core is ${size} bytes gzipped (${minified.length} minified), target ${TARGET}${size > TARGET ? ': MISSED' : ''}`
conclude(size > MOST ? [`${says}; it must not grow beyond ${MOST}.`] : [], says)

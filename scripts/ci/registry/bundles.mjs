import { once } from 'node:events'
import { cpSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

import { CEILINGS } from '../../generate/sizes.mjs'
import { conclude, readJson } from '../../lib/workspace.mjs'
import { succeeded, withConsumers } from './consumers.mjs'

// `node scripts/ci/registry/bundles.mjs <tarballs>`: installed packages in bundles of esbuild and Vite, which run in Node, in an edge
// runtime and in Chromium. Prints their sizes, minified and gzipped. Chromium is one of the tools of the site: `npm run docs:build` installs it.

const APPS = join(import.meta.dirname, 'apps')
const ANSWER = 'Hello, Ada'
/** For a browser that hangs. */
const LONGEST_MS = 120_000
const TOOLS = [`esbuild@${readJson('package.json').devDependencies.esbuild}`, 'vite@^8.0.0', '@edge-runtime/vm@^5.0.0']
/** The smallest app needs nearly all of core, so the one ceiling of core is that of its bundle too. In bytes gzipped. */
const MOST = CEILINGS['@stageflow/core']
const VITE = `export default {
  logLevel: 'warn',
  build: { target: 'es2023', outDir: 'vite', modulePreload: false, rolldownOptions: { input: 'hello.ts', output: { entryFileNames: 'hello.js' } } },
}
`

const problems = []
await withConsumers(process.argv[2], async ({ app }) => {
  const bundled = app('bundles', { 'vite.config.js': VITE })
  for (const file of ['hello.ts', 'order.ts']) cpSync(join(APPS, file), join(bundled.folder, file))
  await succeeded(bundled.npm('install', '@stageflow/core', '@stageflow/defaults', ...TOOLS))

  const esbuild = (file, ...args) =>
    succeeded(
      bundled.run(join(bundled.folder, 'node_modules/.bin/esbuild'), [
        file,
        '--bundle',
        '--minify',
        '--target=es2023',
        ...args,
      ]),
    )
  await esbuild('hello.ts', '--format=esm', '--platform=neutral', '--outfile=esbuild/hello.js')
  await succeeded(bundled.run(join(bundled.folder, 'node_modules/.bin/vite'), ['build']))
  for (const file of ['esbuild/hello.js', 'vite/hello.js']) {
    await prints(bundled, file)
    const gzipped = print(bundled, file)
    if (gzipped > MOST) problems.push(`${file} is ${gzipped} bytes gzipped; at most ${MOST} are allowed.`)
  }

  bundled.write({
    'defaults.ts': `import { createStageflow } from '@stageflow/defaults'\nawait createStageflow().close()\nconsole.log('${ANSWER}')\n`,
  })
  const required = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`
  await esbuild(
    'defaults.ts',
    '--format=esm',
    '--platform=node',
    `--banner:js=${required}`,
    '--outfile=esbuild/defaults.js',
  )
  await prints(bundled, 'esbuild/defaults.js')
  print(bundled, 'esbuild/defaults.js')

  await esbuild('hello.ts', '--format=iife', '--platform=neutral', '--outfile=esbuild/edge.js')
  await runOnEdge(bundled)
  await runInChromium(bundled)
})
conclude(problems, 'bundles of esbuild and Vite run in Node, and core in an edge runtime and in Chromium')

async function prints({ node }, file) {
  const { stdout, output } = await node(file)
  if (stdout.trim() !== ANSWER) problems.push(`${file} printed:\n${output.trim()}`)
}

function print({ folder }, file) {
  const code = readFileSync(join(folder, file))
  const gzipped = gzipSync(code, { level: 9 }).length
  console.log(`${file.padEnd(24)} ${code.length} bytes, ${gzipped} gzipped`)
  return gzipped
}

async function runOnEdge({ folder }) {
  const { EdgeVM } = createRequire(join(folder, 'package.json'))('@edge-runtime/vm')
  const vm = new EdgeVM()
  vm.evaluate(readFileSync(join(folder, 'esbuild/edge.js'), 'utf8'))
  const answer = await vm.evaluate('answer')
  if (answer !== ANSWER) problems.push(`In an edge runtime the app answered ${String(answer)}.`)
}

async function runInChromium({ folder }) {
  const tools = createRequire(join(process.cwd(), 'website/package.json'))
  const { chromium: browsers } = tools('playwright-core')
  const { default: chromium } = await import(pathToFileURL(tools.resolve('@sparticuz/chromium')).href)
  // Only pages of localhost and https have `crypto.randomUUID`.
  const server = createServer((_, response) => response.end('<!doctype html>')).listen(0, 'localhost')
  await once(server, 'listening')
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
  const executablePath = await chromium.executablePath()
  const browser = await browsers.launch({ executablePath, args, timeout: LONGEST_MS })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(LONGEST_MS)
    await page.goto(`http://localhost:${server.address().port}`)
    await page.addScriptTag({ content: readFileSync(join(folder, 'esbuild/edge.js'), 'utf8') })
    const answer = await page.evaluate(() => globalThis.answer)
    if (answer !== ANSWER) problems.push(`In Chromium the app answered ${String(answer)}.`)
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
  }
}

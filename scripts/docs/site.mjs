import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT, setUp } from '../setup/setup.mjs'

// The documentation as a site: `npm run docs` serves it, `npm run docs:build` builds it, `npm run docs:test` builds it and tries it in a
// real Chromium. There the page of the inspector is tried too: alone by `node scripts/docs/site.mjs inspector`. With `picture` it
// draws the one of that page in docs/images, and those of website/public, with `frames` it measures how smooth the page is. The tools have their own lockfile in website/, because no other command needs them. Runs on
// any Node from 20 on.

const WEBSITE = join(ROOT, 'website')
const BROWSER_TESTS = join(ROOT, 'packages/inspector/test/browser')
/** The page of the inspector is tried in the same browser. It runs the sources of the packages. */
const SOURCES = ['--conditions=@stageflow/source', '--no-warnings']
const INSPECTOR = [...SOURCES, '--test', join(BROWSER_TESTS, 'page-tests.mjs')]
const FRAMES = [...SOURCES, join(BROWSER_TESTS, 'frames.mjs')]
const PICTURE = [...SOURCES, join(BROWSER_TESTS, 'write-picture.mjs')]
const COMMANDS = {
  serve: [['api.mjs'], ['node_modules/vitepress/bin/vitepress.js', 'dev']],
  build: [['api.mjs'], ['node_modules/vitepress/bin/vitepress.js', 'build']],
  test: [['api.mjs'], ['node_modules/vitepress/bin/vitepress.js', 'build'], ['--test', 'browser-tests.mjs'], INSPECTOR],
  inspector: [INSPECTOR],
  picture: [PICTURE, ['preview.mjs']],
  frames: [FRAMES],
}

const commands = COMMANDS[process.argv[2] ?? 'serve']
if (commands === undefined) {
  console.error(`Pass one of ${Object.keys(COMMANDS).join(', ')}.`)
  process.exit(2)
}
const node = await setUp('all')
install()
for (const args of commands) run(node, args)

/** Installs the tools unless their lockfile was installed already. */
function install() {
  const modifiedAt = (file) => statSync(join(WEBSITE, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (modifiedAt('node_modules/.package-lock.json') >= modifiedAt('package-lock.json')) return
  console.error('installing the tools of the site …')
  run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: WEBSITE, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { runCommand, runFile } from '../docs/snippet-runner.mjs'
import { isRun, readSnippets } from '../docs/snippets.mjs'
import { conclude } from '../lib/workspace.mjs'
import { localRegistry, publishFolder } from '../release/local-registry.mjs'
import { installsOf } from './readme-snippets.mjs'

// `node scripts/ci/newcomer.mjs <tarballs>` does what a newcomer does with the first pages. It starts in an empty folder with an empty
// home, and installs the packages by their names from a registry of this machine. Then it runs each program of the pages, and compares
// the output with the page.

const PAGES = ['README.md', 'docs/start/quickstart.md', 'docs/tutorials/production.md']
// This page begins with all that it installs, so its own commands are run, with the versions that they pin.
const INSTALLS_ITSELF = 'docs/tutorials/production.md'
const LONGEST_INSTALL_MS = 300_000

const [tarballs] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'stageflow-newcomer-'))
const registry = await localRegistry()
const problems = []
let programs = 0
try {
  await publishFolder(tarballs, registry)
  for (const page of PAGES) {
    const app = join(folder, page.replaceAll(/\W/g, '-'))
    const { snippets } = readSnippets(process.cwd(), [page])
    const files = snippets.filter(({ file }) => file !== undefined)
    programs += files.length
    const imported = installsOf('', files).filter((name) => !name.startsWith('node:'))
    const commands = page === INSTALLS_ITSELF ? commandsOf(page) : [`npm install ${imported.join(' ')}`]
    problems.push(...(await install(app, commands)))
    // A program may import one that the page shows below it.
    const ready = files.map((snippet) => written(app, snippet))
    for (const snippet of ready.filter(isRun))
      problems.push(...(await runFile(process.execPath, join(folder, 'compiled'), snippet)))
  }
} finally {
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
}
conclude(problems, `${programs} programs of ${PAGES.join(' and ')} run as they say, from installed packages`)

/** The commands `npm install …` of a page, each on one line. */
function commandsOf(page) {
  const text = readFileSync(page, 'utf8').replaceAll(/\\\n\s*/g, '')
  return [...text.matchAll(/^npm install [^#\n]*/gm)].map(([command]) => command.trim())
}

async function install(app, commands) {
  mkdirSync(app)
  mkdirSync(join(folder, 'home'), { recursive: true })
  writeFileSync(join(app, '.npmrc'), registry.npmrc)
  writeFileSync(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const env = { HOME: join(folder, 'home'), npm_config_audit: 'false', npm_config_fund: 'false' }
  for (const command of commands) {
    const [npm, ...args] = command.split(/ +/)
    const ended = await runCommand(npm, args, { cwd: app, env, timeoutMs: LONGEST_INSTALL_MS })
    if (ended.code !== 0) return [`${command} ended with ${ended.code}:\n${ended.output.trim()}`]
  }
  return []
}

function written(app, snippet) {
  const path = join(app, snippet.file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, snippet.body)
  return { ...snippet, path }
}

import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

import { filesOf, guideSteps } from './guide-steps.mjs'
import { localRegistry, publishFolder } from '../release/local-registry.mjs'
import { matches, runCommand } from './snippet-runner.mjs'
import { conclude } from '../lib/workspace.mjs'

// `node scripts/docs/follow-guide.mjs <page> <example> <tarballs> <folder>` does what the page says, in a folder outside the
// workspace and with our packages as npm would get them. It writes the files of the page, runs its commands, and runs the
// files that promise an output. What comes out is what lies in <example>, for those who would rather read it there; `-` if there is no
// example. `--write` as the third argument makes it so and stops.

const LONGEST_COMMAND_MS = 300_000
/** The reader says yes when npm asks whether it may download a command. */
const QUIET = {
  npm_config_yes: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_loglevel: 'error',
}

/** Where the example and the page differ. */
export function differences(root, example, files) {
  const there = globSync('*/**/*.*', { cwd: join(root, example), exclude: ['**/node_modules/**', '**/dist/**'] })
  const surplus = there
    .filter((file) => !files.has(file))
    .map((file) => `${example}/${file}: the page does not have it.`)
  const others = [...files].filter(([file, text]) => !isThere(join(root, example, file), text))
  return [...surplus, ...others.map(([file]) => `${example}/${file}: it is not as the page has it.`)]
}

function isThere(file, text) {
  try {
    return readFileSync(file, 'utf8') === text
  } catch {
    return false
  }
}

function write(folder, files) {
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
}

/** Does each step; stops at the first that fails, and answers with what is wrong. */
async function follow(steps, folder, npmrc) {
  // The reader's Node is the one that runs this, whatever else the machine has.
  const env = { PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`, ...QUIET }
  for (const { line, folder: within, run, write: file, text, output } of steps) {
    const cwd = join(folder, within)
    const place = `line ${line}: ${run ?? file}`
    if (run !== undefined) {
      mkdirSync(cwd, { recursive: true })
      writeFileSync(join(cwd, '.npmrc'), npmrc)
      const [command, ...args] = run.split(' ')
      const ended = await runCommand(command, args, { cwd, env, timeoutMs: LONGEST_COMMAND_MS })
      if (ended.code !== 0) return [`${place} ended with ${ended.code}:\n${ended.output.trim()}`]
      if (output !== undefined && !matches(ended.stdout, output))
        return [`${place} printed another output than the page says:\n${ended.stdout}`]
      continue
    }
    write(cwd, [[file, text]])
    if (output === undefined) continue
    const ended = await runCommand(process.execPath, [file], { cwd })
    if (ended.code !== 0) return [`${place} ended with ${ended.code}:\n${ended.output.trim()}`]
    if (!matches(ended.stdout, output)) return [`${place} printed another output than the page says:\n${ended.stdout}`]
  }
  return []
}

if (import.meta.main) {
  const root = process.cwd()
  const [page, example, tarballs, given] = process.argv.slice(2)
  const steps = guideSteps(readFileSync(join(root, page), 'utf8'))
  if (tarballs === '--write') write(join(root, example), filesOf(steps))
  const problems = example === '-' ? [] : differences(root, example, filesOf(steps))
  const folder = given ?? mkdtempSync(join(tmpdir(), 'stageflow-guide-'))
  if (tarballs !== '--write') {
    const registry = await localRegistry()
    try {
      await publishFolder(tarballs, registry)
      problems.push(...(await follow(steps, folder, registry.npmrc)).map((problem) => `${page}: ${problem}`))
    } finally {
      await registry.close()
    }
  }
  if (given === undefined) rmSync(folder, { recursive: true, force: true })
  const [files, commands] = [steps.filter(({ run }) => run === undefined), steps.filter(({ run }) => run !== undefined)]
  conclude(problems, `${page}: ${files.length} files and ${commands.length} commands, as it says`)
}

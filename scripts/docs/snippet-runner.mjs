import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { readPackages } from '../lib/workspace.mjs'

// For what hangs: on a busy machine, anything may be slow.
const LONGEST_RUN_MS = 120_000
const PAGE_RUNNER = join(import.meta.dirname, 'snippet-page.mjs')

/** Gives `folder` a node_modules with every package of the workspace and whatever a package or example depends on. */
export function linkModules(root, folder) {
  const found = globSync('{packages,examples}/*/node_modules/{[!.@]*,@*/*}', { cwd: root })
  const targets = new Map(
    found.map((path) => [path.replaceAll('\\', '/').split('/node_modules/')[1], join(root, path)]),
  )
  for (const each of readPackages(root)) targets.set(each.manifest.name, join(root, each.folder))
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  for (const [name, target] of targets) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    if (existsSync(target)) symlinkSync(realpathSync(target), link, 'junction')
  }
}

// What belongs to the whole process, or writes past `console`: such a file runs in a process of its own.
const OF_A_PROCESS = /\bprocess\.|\bimport\.meta\b|'(?:node:test|node:child_process|node:cluster|pino|vitest)'/

/** Whether a file can share a process with others of its page. */
export function canShare({ body }) {
  return !OF_A_PROCESS.test(body)
}

/** Runs files of one page in one process; answers with those that are not proven right: run them alone. */
export async function runPage(node, cache, files) {
  const [{ path, file }] = files
  const cwd = path.slice(0, -file.length - 1)
  const { results } = await runCommand(node, [PAGE_RUNNER, ...files.map(({ path }) => path)], {
    cwd,
    env: { NODE_COMPILE_CACHE: cache },
    more: ['pipe'],
  })
  const printed = results
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  return files.filter(
    ({ output: promised }, place) =>
      printed[place] === undefined || (promised !== undefined && !matches(printed[place], promised)),
  )
}

/** Runs a snippet; answers with what is wrong: a non-zero exit, a run that does not end, or another output. */
export async function runFile(node, cache, { path, page, line, file, output: promised }) {
  // The sources of core are the same in every run: without the cache, most of a run is reading them.
  const env = { NODE_COMPILE_CACHE: cache }
  const { code, stdout, output } = await runCommand(node, [basename(path)], { cwd: dirname(path), env })
  const place = `${page}:${line}: ${file}`
  if (code !== 0) return [`${place} ended with ${code}:\n${output.trim()}`]
  if (promised === undefined || matches(stdout, promised)) return []
  return [`${place} printed another output than the page says. It printed:\n${stdout.trimEnd()}`]
}

/** Where a page breaks a line of output that is wider than its column: the rest follows this, on a line of its own. */
export const BROKEN_LINE = '\n  ↪'

/** `…` in a promised output stands for anything within a line, and on a line of its own for any lines. */
export function matches(printed, promised) {
  const lines = promised.replaceAll(BROKEN_LINE, '').trimEnd().split('\n')
  const pattern = lines.map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `${patternOf(line.trimEnd())}[ \\t]*\\n`))
  return new RegExp(`^${pattern.join('')}$`).test(`${printed.trimEnd()}\n`)
}

function patternOf(line) {
  return line
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')
}

/** Runs a command to its end and answers with its exit code (or why it was stopped) and what it printed. */
export function runCommand(command, args, { cwd, env = {}, timeoutMs = LONGEST_RUN_MS, more = [] }) {
  return new Promise((resolve) => {
    const plain = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env }
    const child = spawn(command, args, { cwd, env: plain, stdio: ['ignore', 'pipe', 'pipe', ...more] })
    let stdout = ''
    let output = ''
    let results = ''
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, timeoutMs)
    child.stdout.on('data', (text) => {
      stdout += text
      output += text
    })
    child.stderr.on('data', (text) => (output += text))
    child.stdio[3]?.on('data', (text) => (results += text))
    child.on('error', (error) => (output += error.message))
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code: isLate ? `no end within ${timeoutMs / 1000} s` : (code ?? signal), stdout, output, results })
    })
  })
}

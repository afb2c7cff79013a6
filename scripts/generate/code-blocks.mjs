import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

import { codeBlocks } from '../docs/code-blocks.mjs'
import { conclude } from '../lib/workspace.mjs'
import { wrapComments, wrapInstalls, wrapOutput } from './wrap-lines.mjs'

// Formats the TypeScript blocks of the pages at the width of the site's column, and wraps comments, outputs and the commands that install
// packages. Any other line that is wider is named: a string or a command is shortened by hand. With --check it writes nothing. Given names
// of pages, it reads only those.

const WIDTH = 76
const PAGES = ['README.md', 'packages/*/README.md', 'docs/**/*.md']
/** Not pages of the site. */
const NO_PAGES = ['docs/project/decisions/**', 'docs/project/changelog.md']
/** Their code is that of templates, which is formatted with the longer names that it has there. */
const OF_TEMPLATES = new Set([
  'docs/how-to/write-a-sink.md',
  'docs/how-to/write-a-store.md',
  'docs/how-to/write-an-exporter.md',
])

/** The pages whose blocks oxfmt would write otherwise, with their text as it should be, and the lines that are too wide even then. */
export function formatBlocks(root, pages = PAGES) {
  const files = pages.flatMap((pattern) => globSync(pattern, { cwd: root, exclude: NO_PAGES })).sort()
  const read = files.map((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    return { file: file.replaceAll('\\', '/'), text, blocks: codeBlocks(text) }
  })
  const typescript = read.flatMap(({ file, blocks }) =>
    blocks.filter(({ info }) => /^ts\b/.test(info) && !OF_TEMPLATES.has(file)).map((block) => ({ ...block, file })),
  )
  const { formatted, problems } = format(root, typescript)
  const changed = new Map()
  for (const { file, text, blocks } of read) {
    const written = blocks.reduceRight((page, { start, end, indent, info, body }) => {
      const code = formatted.get(keyOf({ file, start })) ?? wrapped(info, body)
      return page.slice(0, start) + code.replaceAll(/^(?=.)/gm, indent) + page.slice(end)
    }, text)
    if (written !== text) changed.set(file, written)
    problems.push(...tooWide(file, written))
  }
  return { changed, problems, blocks: read.reduce((sum, { blocks }) => sum + blocks.length, 0) }
}

/** Each block as a file of its own, so that oxfmt starts once. What does not parse stays as it is, and is named. */
function format(root, blocks) {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-code-blocks-'))
  try {
    const options = JSON.parse(readFileSync(join(root, '.oxfmtrc.json'), 'utf8'))
    const config = join(folder, '.oxfmtrc.json')
    writeFileSync(config, JSON.stringify({ ...options, printWidth: WIDTH, ignorePatterns: [] }))
    const files = blocks.map((block, index) => ({ block, name: `${index}.ts`, path: join(folder, `${index}.ts`) }))
    for (const { block, path } of files) writeFileSync(path, block.body)
    const { stderr, error } = spawnSync('oxfmt', ['-c', config, '.'], { cwd: folder, encoding: 'utf8' })
    if (error !== undefined) throw error
    const formatted = new Map(
      files.map(({ block, path }) => [keyOf(block), wrapComments(readFileSync(path, 'utf8'), WIDTH)]),
    )
    // Its colours stand within the names of files.
    const said = stripVTControlCharacters(stderr)
    const broken = files.filter(({ name }) => said.includes(`[${name}:`)).map(({ block }) => block)
    return {
      formatted,
      problems: broken.map(({ file, line }) => `${file}:${line}: the block does not parse, so it cannot be formatted.`),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function wrapped(info, body) {
  if (info === 'sh') return wrapInstalls(body, WIDTH)
  return /^(?:text|console)\b/.test(info) ? wrapOutput(body, WIDTH) : body
}

const keyOf = ({ file, start }) => `${file}:${start}`

function tooWide(file, text) {
  return codeBlocks(text).flatMap(({ body, line, info }) =>
    info === 'mermaid'
      ? []
      : body.split('\n').flatMap((code, index) => {
          const { length } = code
          if (length <= WIDTH) return []
          const start = code.trim().slice(0, 40)
          return [`${file}:${line + index}: "${start}…" has ${length} columns, and the site shows ${WIDTH}.`]
        }),
  )
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  const isCheck = process.argv.includes('--check')
  const pages = process.argv.slice(2).filter((argument) => argument !== '--check')
  const { changed, problems, blocks } = formatBlocks(root, pages.length > 0 ? pages : undefined)
  for (const [file, text] of changed) {
    if (isCheck) problems.push(`${file}: code blocks are not formatted. Run npm run format.`)
    else writeFileSync(join(root, file), text)
  }
  conclude(problems, `${blocks} blocks are at most ${WIDTH} columns wide.`)
}

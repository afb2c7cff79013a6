import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse, walk } from '../lib/syntax.mjs'
import { BUNDLES, conclude } from '../lib/workspace.mjs'

// What people read: pages, comments, messages and names of tests. Finds phrases that read as translated, and sentences of more
// than 30 words. A sentence ends at a full stop, a question mark, an exclamation mark, or the end of its paragraph, list item or
// cell: not at a colon or a semicolon. There is no list of exceptions: rewrite the sentence.

const PAGES = [
  '*.md',
  'docs/**/*.md',
  'packages/*/*.md',
  'packages/*/docs/**/*.md',
  'packages/create-stageflow/templates/*/README.md',
  'examples/*/README.md',
  'benchmarks/*.md',
  '.changeset/*.md',
]
const SOURCES = [
  'packages/*/{src,contract}/**/*.ts',
  'packages/inspector/page/**/*.{ts,tsx}',
  'packages/create-stageflow/templates/*/src/**/*.ts',
]
/** Files of which only the comments and the names of tests are read: their strings are data. */
const TESTS = [
  'packages/*/test/**/*.{ts,mjs}',
  'examples/*/{src,test}/**/*.ts',
  'scripts/**/*.{mjs,ts}',
  'benchmarks/**/*.{mjs,ts}',
]
/** Written by the benchmarks, and from the tables of the packages. */
const GENERATED = new Set(['benchmarks/RESULTS.md', 'benchmarks/MAPS.md', 'docs/reference/errors.md'])
const MOST_WORDS = 30
const TEST_FUNCTIONS = new Set(['test', 'it', 'describe'])
/** Statements that a store sends to its server. */
const PROGRAM = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|WITH|DO|local)\b/

const BANNED = [
  [/\b(?:nobody|somebody|anybody|everybody|whoever|whomever|himself|herself)\b/i, 'name the component or the reader'],
  [
    /(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|fewer\b|earlier\b|later\b|one\b)[a-z]/i,
    'write "isn\'t a …"',
  ],
  [/\b(?:it|that|which|what) (?:is|are|was|were) none\b/i, 'write "isn\'t …"'],
  [/\banew\b/i, 'write "again"'],
  [/\bmend(?:s|ed|ing)?\b/i, 'write "fix"'],
  [/\bheed(?:s|ed)?\b/i, 'write "obey" or "follow"'],
  [/\bowe[sd]?\b/i, 'say what it must do'],
  [/\bto be had\b|\bcan(?:not)? be had\b/i, 'say who gets what'],
  [/\bunder way\b/i, 'write "in progress"'],
  [/\bends well\b/i, 'write "succeeds"'],
  [/\bof its own accord\b/i, 'write "by itself"'],
]

/** The problems of one text that people read; `place` names it. */
export function proseProblems(place, text) {
  const problems = []
  // Code, links and quoted values are not prose; each counts as one word.
  const prose = text
    .replaceAll(/`[^`]*`/g, 'code')
    .replaceAll(/\$\{[^{}]*\}/g, 'value')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/https?:\S+/g, 'link')
  for (const [pattern, advice] of BANNED) {
    const found = pattern.exec(prose)
    if (found !== null) problems.push(`${place}: "${found[0]}": ${advice}.`)
  }
  for (const sentence of prose.split(/(?<=[.!?])["')*_]*\s+(?=["'(*_]*[\p{L}\d])/u)) {
    const words = sentence.split(/\s+/).filter((word) => /[\p{L}\d]/u.test(word))
    if (words.length > MOST_WORDS)
      problems.push(
        `${place}: a sentence of ${words.length} words: "${words.slice(0, 8).join(' ')} …"; use at most ${MOST_WORDS}.`,
      )
  }
  return problems
}

/** The paragraphs, list items, table cells and headings of a page, with their lines. */
export function* blocksOf(page) {
  let isCode = false
  let block = { line: 1, text: '' }
  for (const [index, raw] of page.split('\n').entries()) {
    const line = raw.trim()
    if (/^(`{3,}|~{3,})/.test(line)) isCode = !isCode
    const isBreak = isCode || line === '' || /^(`{3,}|[-*+] |\d+\. |#|\||<|>|---)/.test(line)
    if (isBreak) {
      yield block
      block = { line: index + 1, text: '' }
    }
    if (isCode || line === '' || /^(`{3,}|<!--|---$)/.test(line)) continue
    if (block.text === '') block.line = index + 1
    if (!line.startsWith('|')) block.text += ` ${line.replace(/^([-*+]|\d+\.|#+|>)\s*/, '')}`
    else for (const cell of line.split('|')) yield { line: index + 1, text: cell }
  }
  yield block
}

/** The comments and the messages of a source file. A message is a string with a space; a template counts as one. */
export function* textsOf(file, code) {
  yield* commentsOf(code)
  yield* stringsOf(parse(file, code), () => true)
}

/** The comments of a test or a script, and the names of its tests. */
export function* namesOf(file, code) {
  yield* commentsOf(code)
  const names = new Set()
  const tree = parse(file, code)
  walk(tree, (node) => {
    if (node.type === 'CallExpression' && TEST_FUNCTIONS.has(rootOf(node.callee))) names.add(node.arguments[0])
  })
  yield* stringsOf(tree, (node) => names.has(node))
}

/** `test` of `test('…')`, `test.each(…)('…')` and `test.each`…`('…')`. */
function rootOf(callee) {
  const inner = callee.object ?? callee.callee ?? callee.tag
  return inner === undefined ? callee.name : rootOf(inner)
}

function* commentsOf(code) {
  for (const { 0: all, groups, index } of code.matchAll(
    /(?:^|\s)\/\*\*?(?<block>[\s\S]*?)\*\/|(?<lines>(?:^[ \t]*\/\/.*\n?)+)/gm,
  )) {
    const text = (groups.block ?? groups.lines).replaceAll(/^\s*(?:\*|\/\/)\s?/gm, '').trim()
    if (/^(?:oxlint|@ts-|v8 |c8 )/.test(text)) continue
    for (const part of text.split(/\n\s*\n|\n(?=[-*] )/))
      yield { index: index + all.search(/\S/), text: part.replaceAll(/\s+/g, ' ') }
  }
}

function stringsOf(tree, isRead) {
  const found = []
  walk(tree, (node) => {
    if (!isRead(node)) return
    if (node.type === 'Literal' && typeof node.value === 'string' && node.value.includes(' '))
      found.push({ index: node.start, text: node.value })
    if (node.type === 'TemplateLiteral')
      found.push({ index: node.start, text: node.quasis.map(({ value }) => value.cooked ?? '').join('value') })
  })
  return found.filter(({ text }) => text.includes(' ') && !PROGRAM.test(text))
}

/** Everything that reads badly in the workspace at `root`. */
export function checkProse(root) {
  const problems = []
  const read = (file) => readFileSync(join(root, file), 'utf8')
  const pages = globSync(PAGES, { cwd: root }).filter((page) => !GENERATED.has(page))
  for (const page of pages.sort())
    for (const { line, text } of blocksOf(read(page))) problems.push(...proseProblems(`${page}:${line}`, text))
  const isTest = (file) => /\.(test|test-d)\.\w+$/.test(file) || !globbed.has(file)
  const globbed = new Set(globSync(SOURCES, { cwd: root }))
  const sources = [...globbed, ...globSync(TESTS, { cwd: root })].filter(
    (file) => !file.includes('node_modules') && !BUNDLES.has(file),
  )
  for (const file of sources.sort()) {
    const code = read(file)
    for (const { index, text } of isTest(file) ? namesOf(file, code) : textsOf(file, code))
      problems.push(...proseProblems(`${file}:${code.slice(0, index).split('\n').length}`, text))
  }
  return { problems, pages: pages.length, sources: sources.length }
}

if (import.meta.main) {
  const { problems, pages, sources } = checkProse(process.argv[2] ?? process.cwd())
  conclude(
    problems,
    `${pages} pages and ${sources} sources: no phrase to rewrite, no sentence over ${MOST_WORDS} words`,
  )
}

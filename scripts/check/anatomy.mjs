import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { codeBlocks } from '../docs/code-blocks.mjs'
import { manifestProblems } from './manifest-rules.mjs'
import { otherOption } from '../lib/vocabulary.mjs'
import { CORE_RANGE } from '../lib/core-range.mjs'
import { conclude, readPackages, readSources, readTests, readText, sectionOf, sourceOf } from '../lib/workspace.mjs'

// What every package has, and where, so that all of them are alike.

const FILES = ['README.md', 'CHANGELOG.md', 'LICENSE', 'tsconfig.json', 'src/index.ts']
const HEADINGS = [
  'Install',
  'Use',
  'What it does to a call',
  'Options',
  'Errors',
  'Events',
  'Where to put it',
  'Compatibility',
]
const REQUIRED = ['Install', 'Use', 'Errors', 'Compatibility']
/** Code is narrower than text, so it has lines of its own. */
const LONGEST_README = { text: 100, code: 100 }
const NAMES_NOTHING = /(^|\/)(utils?|helpers?|common|misc)(\.ts$|\/)/

/** Every way in which a package of the workspace at `root` is not built like the others. */
export function checkAnatomy(root) {
  return readPackages(root).flatMap((each) => [
    ...manifestProblems(each),
    ...fileProblems(root, each),
    ...readmeProblems(root, each),
    ...changelogProblems(root, each),
    ...sourceProblems(root, each),
    ...coreRangeProblems(root, each),
  ])
}

function fileProblems(root, { folder }) {
  const missing = FILES.filter((file) => !existsSync(join(root, folder, file)))
  const problems = missing.map((file) => `${folder}: ${file} is missing.`)
  if (!missing.includes('LICENSE') && readText(join(root, folder, 'LICENSE')) !== readText(join(root, 'LICENSE'))) {
    problems.push(`${folder}/LICENSE: make it a copy of the one at the root.`)
  }
  if (readTests(root, folder).length === 0) problems.push(`${folder}: there is no test (src/*.test.ts).`)
  return problems
}

/** The changelog begins with the current version. That of a first release says what the package is, in a paragraph by hand. */
function changelogProblems(root, { folder, manifest }) {
  const file = `${folder}/CHANGELOG.md`
  const text = readText(join(root, file))
  if (text === '') return []
  const [head, ...releases] = text.split(/^## /m)
  const problems = []
  if (head.trim() !== `# ${manifest.name}`) problems.push(`${file}: the first line must be "# ${manifest.name}".`)
  const [latest = '', ...notes] = releases[0]?.split('\n') ?? []
  if (latest !== manifest.version) problems.push(`${file}: the newest heading must be "## ${manifest.version}".`)
  if (notes.join('').trim() === '') problems.push(`${file}: say below "## ${latest}" what users get.`)
  return problems
}

function readmeProblems(root, { folder, short, manifest }) {
  const file = `${folder}/README.md`
  const text = readText(join(root, file))
  if (text === '') return []
  const lines = text.trimEnd().split('\n')
  const problems = []
  const report = (problem) => problems.push(`${file}: ${problem}`)
  if (lines[0] !== `# ${manifest.name}`) report(`the first line must be "# ${manifest.name}".`)
  if (!(lines[2] ?? '').startsWith(manifest.description))
    report(`the third line must begin with the "description" of package.json: ${manifest.description}`)
  if (!(lines[4] ?? '').startsWith('Use it '))
    report('the fifth line must say when to use the package and when not: "Use it if …".')
  // An option has a row of its own, however many there are.
  const rows = sectionOf(text, 'Options')
    .split('\n')
    .filter((line) => line.startsWith('|'))
  const code = codeBlocks(text).reduce((sum, { body }) => sum + body.split('\n').length + 1, 0)
  const counted = { text: lines.length - rows.length - code, code }
  for (const [kind, longest] of Object.entries(LONGEST_README))
    if (counted[kind] > longest) report(`${counted[kind]} lines of ${kind}; the longest allowed is ${longest}.`)
  const found = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
  const required = short.startsWith('interceptor-')
    ? [...REQUIRED, 'What it does to a call', 'Where to put it']
    : REQUIRED
  for (const heading of required) if (!found.includes(heading)) report(`add "## ${heading}".`)
  for (const heading of found) {
    if (!HEADINGS.includes(heading)) report(`"## ${heading}" is none of the headings: ${HEADINGS.join(' · ')}.`)
  }
  // An app installs them too.
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (!text.includes(name.replace(/^@stageflow\//, ''))) report(`name the dependency ${name}.`)
  }
  const known = found.filter((heading) => HEADINGS.includes(heading))
  const ordered = HEADINGS.filter((heading) => known.includes(heading))
  if (known.join() !== ordered.join()) report(`order the headings: ${ordered.join(' · ')}.`)
  return [...problems, ...optionProblems(root, { folder, manifest }, file, text)]
}

// In a package with an Options section, every option of its exported `…Options` interfaces has a row. The name is in the first cell, or
// in the second one if the first says what the option is of. In prose a reader doesn't find its type and default.
function optionProblems(root, { folder, manifest }, file, readme) {
  const section = sectionOf(readme, 'Options')
  const options = optionsOf(root, folder)
  const renamed = filledIn(root, { folder, manifest }).flatMap(({ source, place, option }) => {
    const word = otherOption(option)
    return word === undefined ? [] : [`${source}: call ${place} what other packages call it: ${word}.`]
  })
  if (section === '') return renamed
  const named = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((row) => row.split(/(?<!\\)\|/).slice(1, 3))
    .join(' ')
  const missing = options.filter(({ option }) => !named.includes(`\`${option}\``))
  return [...renamed, ...missing.map(({ place }) => `${file}: give ${place} a row in "## Options".`)]
}

/** The fields of the exported `…Options` interfaces of a package. */
const optionsOf = (root, folder) => fieldsOf(root, folder).filter(({ owner }) => owner.endsWith('Options'))

/**
 * The fields that users fill in: those of options, and of other interfaces that an entry exports, such as the definition of a tool. What
 * a package has counted is never filled in.
 */
function filledIn(root, { folder, manifest }) {
  const sources = Object.values(manifest.exports ?? {}).map((target) => join(root, folder, sourceOf(target)))
  const entries = sources.filter((source) => source.endsWith('.ts')).map(readText)
  const isExported = (owner) => entries.some((text) => new RegExp(`\\b${owner}\\b`).test(text))
  return fieldsOf(root, folder).filter(
    ({ owner }) => owner.endsWith('Options') || (!owner.endsWith('Stats') && isExported(owner)),
  )
}

/** The fields of all exported interfaces of a package. */
function fieldsOf(root, folder) {
  return readSources(root, folder).flatMap(({ file, text }) =>
    [...text.matchAll(/^export interface (\w+)\b[^{]*\{\n([\s\S]*?)^\}/gm)].flatMap(([, owner, body]) =>
      [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, option]) => ({
        source: file,
        owner,
        place: `${owner}.${option}`,
        option,
      })),
    ),
  )
}

function sourceProblems(root, { folder }) {
  return readSources(root, folder).flatMap(({ file, text }) => {
    const problems = []
    if (/^export \*/m.test(text)) problems.push(`${file}: name what is exported; \`export *\` hides it.`)
    if (NAMES_NOTHING.test(file)) problems.push(`${file}: name the file after what it holds.`)
    if (/\/[^/]*[A-Z_][^/]*$/.test(file)) problems.push(`${file}: file names are kebab-case.`)
    if (file === `${folder}/src/index.ts` && hasLogic(text)) problems.push(`${file}: exports only; move the logic out.`)
    return problems
  })
}

/** Packages of these kinds have a plugin that core or another package is given. A journal of durable runs has none: its engine does. */
const STATES_CORE = /^(?:interceptor|sink|exporter|store)-|^durable-(?:engine|restate)$/

// Core can't read manifests, so a plugin repeats the range of core that its manifest has.
function coreRangeProblems(root, { folder, short, manifest }) {
  const range = manifest.peerDependencies?.['@stageflow/core']
  const stated = readSources(root, folder).flatMap(({ file, text }) =>
    [...text.matchAll(CORE_RANGE)].map(([, , one]) => ({ file, one })),
  )
  if (range !== undefined && stated.length === 0 && STATES_CORE.test(short))
    return [`${folder}: state the versions of core that the plugin needs: core: '${range}'.`]
  return stated
    .filter(({ one }) => one !== range)
    .map(
      ({ file, one }) =>
        `${file}: core is '${one}', but the manifest has the peer @stageflow/core ${range}: run \`npm run generate\`.`,
    )
}

function hasLogic(index) {
  const code = index.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
  return code.replaceAll(/\b(export|import)\b[^'"]*?(\bfrom\s*)?['"][^'"]+['"];?/g, '').trim() !== ''
}

if (import.meta.main) {
  const root = process.argv[2] ?? process.cwd()
  conclude(checkAnatomy(root), `${readPackages(root).length} packages have what a package has`)
}

import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'

import { parse, walk } from '../lib/syntax.mjs'
import { conclude, readJson, sourceOf } from '../lib/workspace.mjs'

// What core adds to an app's bundle, minified and compressed, if the app uses all of it.

const CORE = 'packages/core'
// docs/project/decisions/0043-core-size-bar.md says why.
const BAR = 27_000
const GOAL = 26_000
/** What core measures today: it may not grow from here. Goes down with every change that makes core smaller. */
const MOST = 30_945
/**
 * What an export of an entry that shares the engine may add to the main entry. A bundler leaves out the others. Decisions 117 and
 * 119 in docs/project/decisions say why.
 */
const MOST_ON_TOP = { './durable': { resume: 1_500, runDurable: 6_050 } }

/** The gzipped sizes of the entries of core in bytes, with the words of its messages as a part of each size. */
export async function sizesOf(root) {
  const { exports } = readJson(join(root, CORE, 'package.json'))
  const entries = Object.entries(exports).map(([entry, target]) => [entry, sourceOf(target)])
  const sources = entries.filter(([, path]) => path.startsWith('./src/'))
  const main = join(root, CORE, sources[0][1])
  return Promise.all(
    sources.map(async ([entry, path]) => {
      const code = await bundled(all(join(root, CORE, path)))
      const gzipped = gzippedSize(code)
      const withMain = async (name) => [name, gzippedSize(await bundled(all(main), only(name, join(root, CORE, path))))]
      const both = await Promise.all(Object.keys(MOST_ON_TOP[entry] ?? {}).map(withMain))
      const minified = Buffer.byteLength(code)
      return { entry, gzipped, both, minified, words: gzipped - gzippedSize(withoutWords(code)) }
    }),
  )
}

const all = (path) => `export * from ${JSON.stringify(path)}`
const only = (name, path) => `export { ${name} } from ${JSON.stringify(path)}`

/** The code of these exports in one bundle. */
async function bundled(...exported) {
  const { outputFiles } = await build({
    stdin: { contents: exported.join('\n'), resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    write: false,
  })
  return outputFiles[0].text
}

/** The code with every text that contains a space left empty: those are the texts for people. */
function withoutWords(code) {
  const texts = []
  walk(parse('bundle.js', code), ({ type, value, start, end }) => {
    const isText =
      type === 'TemplateElement' ? value.raw.includes(' ') : typeof value === 'string' && value.includes(' ')
    if (isText) texts.push(type === 'TemplateElement' ? [start, end, ''] : [start, end, '""'])
  })
  let rest = code
  for (const [start, end, empty] of texts.reverse()) rest = rest.slice(0, start) + empty + rest.slice(end)
  return rest
}

function gzippedSize(text) {
  return gzipSync(text, { level: 9 }).length
}

if (import.meta.main) {
  const sizes = await sizesOf(process.cwd())
  for (const { entry, gzipped, minified, words } of sizes) {
    console.log(
      `@stageflow/core${entry.slice(1)}: ${gzipped} bytes gzipped, ${words} of them words (${minified} minified)`,
    )
  }
  const [core, ...others] = sizes
  const problem = `core is ${core.gzipped} bytes gzipped; at most ${MOST} are allowed (decision 43).`
  const more = others.map(({ entry, gzipped }) => `${entry.slice(1)} ${gzipped}`)
  const onTop = others.flatMap(({ entry, both }) => both.map(([name, gzipped]) => ({ entry, name, gzipped })))
  const tooMuch = onTop.flatMap(({ entry, name, gzipped }) => {
    const most = MOST_ON_TOP[entry][name]
    const added = gzipped - core.gzipped
    more.push(`${name} on top ${added}`)
    return added > most
      ? [
          `${name} of core${entry.slice(1)} adds ${added} bytes to core; at most ${most} are allowed (decisions 117 and 119).`,
        ]
      : []
  })
  const missed = core.gzipped > BAR ? ` missed by ${core.gzipped - BAR}` : ''
  const summary = `core ${core.gzipped} B gzipped (words ${core.words}), bar ${BAR}${missed}, goal ${GOAL}, limit ${MOST}`
  conclude([...(core.gzipped > MOST ? [problem] : []), ...tooMuch], [summary, ...more].join(', '))
}

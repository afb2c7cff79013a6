import { dirname, join } from 'node:path'
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
const MOST = 30_925
/** What an entry that shares the engine may add to the main entry. docs/project/decisions/0119-a-durable-run-is-a-run-of-a-derived-graph.md says why. */
const MOST_ON_TOP = { './durable': 6_600 }

/** The gzipped sizes of the entries of core in bytes, with the words of its messages as a part of each size. */
export async function sizesOf(root) {
  const { exports } = readJson(join(root, CORE, 'package.json'))
  const entries = Object.entries(exports).map(([entry, target]) => [entry, sourceOf(target)])
  const sources = entries.filter(([, path]) => path.startsWith('./src/'))
  const main = join(root, CORE, sources[0][1])
  return Promise.all(
    sources.map(async ([entry, path]) => {
      const code = await bundled(join(root, CORE, path))
      const gzipped = gzippedSize(code)
      const both = entry in MOST_ON_TOP ? gzippedSize(await bundled(main, join(root, CORE, path))) : gzipped
      const minified = Buffer.byteLength(code)
      return { entry, gzipped, both, minified, words: gzipped - gzippedSize(withoutWords(code)) }
    }),
  )
}

/** The code of the entries in one bundle. */
async function bundled(...entryPoints) {
  const { outputFiles } = await build({
    stdin: {
      contents: entryPoints.map((path) => `export * from ${JSON.stringify(path)}`).join('\n'),
      resolveDir: dirname(entryPoints[0]),
    },
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
  const onTop = others.filter(({ entry }) => entry in MOST_ON_TOP)
  const tooMuch = onTop.flatMap(({ entry, both }) => {
    const added = both - core.gzipped
    more.push(`${entry.slice(1)} on top ${added}`)
    return added > MOST_ON_TOP[entry]
      ? [`core${entry.slice(1)} adds ${added} bytes to core; at most ${MOST_ON_TOP[entry]} are allowed (decision 119).`]
      : []
  })
  const missed = core.gzipped > BAR ? ` missed by ${core.gzipped - BAR}` : ''
  const summary = `core ${core.gzipped} B gzipped (words ${core.words}), bar ${BAR}${missed}, goal ${GOAL}, limit ${MOST}`
  conclude([...(core.gzipped > MOST ? [problem] : []), ...tooMuch], [summary, ...more].join(', '))
}

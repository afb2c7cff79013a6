import { expect, test } from 'vitest'

import { pageSource, sizesOfPage } from './inspector-page.mjs'

const page = (script, sources = []) => ({ script, style: 'p{}', sources })

test('the source has the script and the style of the page as texts', () => {
  const source = pageSource(page('say("\\u2028")'))
  expect(source).toContain(`script: ${JSON.stringify('say("\\u2028")')},\n`)
  expect(source).toContain('style: "p{}",\n')
})

test.each(['a</script>b', 'a</SCRIPT b', 'a<!--b'])('a script that would end its element is refused: %s', (script) => {
  expect(() => pageSource(page(script))).toThrow('would end the element')
})

test('each source counts for the part that it is of, and a source of no part is refused', () => {
  const sources = [
    { file: 'page/graph/graph.tsx', bytes: 5 },
    { file: 'page/graph/edge.tsx', bytes: 2 },
    { file: 'page/page.tsx', bytes: 3 },
    { file: '../core/src/kit.ts', bytes: 4 },
    { file: '../../node_modules/.pnpm/preact/dist/preact.mjs', bytes: 9 },
  ]
  const { parts, whole } = sizesOfPage(page('x'.repeat(23), sources))
  expect(parts.filter(([, bytes]) => bytes > 0)).toEqual([
    ['the graph', 7],
    ['feed, address and state', 3],
    ['Preact and Preact Signals', 9],
    ['`@stageflow/report` and `@stageflow/core`', 4],
    ['style', 3],
  ])
  expect(whole).toBe(26)
  expect(() => sizesOfPage(page('', [{ file: 'src/protocol.ts', bytes: 1 }]))).toThrow('src/protocol.ts')
})

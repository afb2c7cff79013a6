import type { DefaultTheme } from 'vitepress'

import { readPages } from './pages.ts'

/** The order of pages in each part; `*` stands for the rest of a folder, in the order of the alphabet. */
const PARTS: readonly (readonly [string, readonly string[]])[] = [
  ['Start', ['start/quickstart', 'start/examples', 'start/scope', 'start/comparison', 'start/from-python']],
  ['Tutorials', ['tutorials/chat', 'tutorials/tool-loop', 'tutorials/production']],
  [
    'How to',
    [
      'how-to/stream-to-a-browser',
      'how-to/serve-http',
      'how-to/call-models',
      'how-to/structured-output',
      'how-to/limit-spending',
      'how-to/tools',
      'how-to/agents',
      'how-to/use-chat',
      'how-to/use-mcp-tools',
      'how-to/wait-for-a-person',
      'how-to/branch-and-join',
      'how-to/stream-between-stages',
      'how-to/check-while-the-model-runs',
      'how-to/check-inputs-and-answers',
      'how-to/wait-only-so-long',
      'how-to/let-a-person-interrupt',
      'how-to/run-for-each',
      'how-to/child-pipelines',
      'how-to/pass-data',
      'how-to/inject-services',
      'how-to/cancel-and-time-out',
      'how-to/retry',
      'how-to/circuit-breaker',
      'how-to/idempotency',
      'how-to/cache-answers',
      'how-to/authenticate',
      'how-to/voice',
      'how-to/audio',
      'how-to/queues',
      'how-to/observe',
      'how-to/look-at-a-run',
      'how-to/export-events',
      'how-to/test',
      'how-to/test-models',
      'how-to/test-time',
      'how-to/shut-down',
      'how-to/survive-a-crash',
      'how-to/run-many-processes',
      'how-to/run-on-many-machines',
      'how-to/troubleshoot',
      'how-to/write-an-interceptor',
      'how-to/write-a-sink',
      'how-to/write-an-exporter',
      'how-to/write-a-store',
      'how-to/write-an-executor',
      'how-to/plugin-kit',
      'how-to/*',
    ],
  ],
  [
    'Concepts',
    [
      'concepts/pipelines',
      'concepts/stages',
      'concepts/edges',
      'concepts/outcomes',
      'concepts/context',
      'concepts/results',
      'concepts/interceptors',
      'concepts/events',
      'concepts/guarantees',
      'concepts/performance',
      'concepts/*',
    ],
  ],
  [
    'Reference',
    [
      'reference/options',
      'reference/events',
      'reference/errors',
      'reference/error-classes',
      'reference/redaction',
      'reference/circuit-verdicts',
      'reference/model-faults',
      'reference/interceptor-hooks',
      'reference/contracts',
      'reference/mutants',
      'reference/plugin-conventions',
      'reference/support',
      'reference/sizes',
    ],
  ],
  ['Project', ['project/architecture', 'project/versions', 'project/*']],
]
/** Long lists have a sidebar of their own, beside the pages below these paths. */
const LISTS = { Packages: 'reference/packages/', API: 'reference/api/', Decisions: 'project/decisions/' }

export const sidebar: DefaultTheme.SidebarMulti = makeSidebar()

function makeSidebar(): DefaultTheme.SidebarMulti {
  const left = new Map(readPages().map((page) => [page.link, page]))
  left.delete('index')
  const take = (entry: string): DefaultTheme.SidebarItem[] => {
    const links = entry.endsWith('*') ? [...left.keys()].filter((link) => link.startsWith(entry.slice(0, -1))) : [entry]
    return links.flatMap((link) => {
      const page = left.get(link)
      left.delete(link)
      return page === undefined ? [] : [{ text: page.title, link: `/${page.link}` }]
    })
  }
  const lists = Object.entries(LISTS).map(([text, path]) => ({ text, path, items: take(`${path}*`) }))
  const main = PARTS.map(([text, entries]) => ({ text, items: entries.flatMap(take) }))
  if (left.size > 0) throw new Error(`These pages are in no part of the sidebar: ${[...left.keys()].join(', ')}.`)
  const first = lists.flatMap(({ text, items: [item] }) =>
    item?.link === undefined ? [] : [{ text, link: item.link }],
  )
  main.find(({ text }) => text === 'Reference')?.items.push(...first)
  const back = { text: 'All pages', link: '/start/quickstart' }
  return {
    ...Object.fromEntries(lists.map(({ text, path, items }) => [`/${path}`, [back, { text, items }]])),
    '/': main.filter(({ items }) => items.length > 0),
  }
}

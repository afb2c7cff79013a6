import { expect, test } from 'vitest'
import type { PipelineInfo, StageInfo } from '@stageflow/core'
import { infoOf } from '../test/simulated-run.ts'
import { chatReport, reportOf, written } from '../test/written-report.ts'
import { mermaid, mermaidRun } from './mermaid.ts'

/** The description of a pipeline with defaults for all fields that don't matter. */
function infoFrom(
  stages: readonly (Partial<StageInfo> & { readonly name: string; readonly after?: readonly string[] })[],
): PipelineInfo {
  const info = infoOf(stages.map(({ name, after = [] }) => ({ name, dependencies: after })))
  return { ...info, stages: info.stages.map((stage, index): StageInfo => ({ ...stage, ...stages[index] })) }
}

const chatInfo = infoFrom([
  { name: 'input_guard', kind: 'guard' },
  { name: 'profile', kind: 'enrich' },
  { name: 'memory', kind: 'enrich' },
  { name: 'llm', after: ['input_guard', 'profile', 'memory'] },
  { name: 'output_guard', kind: 'guard', after: ['llm'] },
  { name: 'persist', kind: 'work', after: ['llm'], conditional: true },
])

test('a pipeline is a flowchart whose shapes say the kinds', () => {
  expect(mermaid(chatInfo).split('\n')).toEqual([
    'flowchart TD',
    '  s0{{"input_guard"}}',
    '  s1(["profile"])',
    '  s2(["memory"])',
    '  s3["llm"]',
    '  s4{{"output_guard"}}',
    '  s5[["persist<br/>conditional"]]',
    '  s0 --> s3',
    '  s1 --> s3',
    '  s2 --> s3',
    '  s3 --> s4',
    '  s3 --> s5',
  ])
})

test('a join is shown unless it is the default', () => {
  const lines = mermaid(
    infoFrom([
      { name: 'route', kind: 'route' },
      { name: 'tools', kind: 'agent', after: ['route'], join: 'all' },
      { name: 'first', after: ['route', 'tools'], join: 'any' },
      { name: 'most', after: ['route', 'tools', 'first'], join: { quorum: 2 } },
    ]),
  ).split('\n')
  expect(lines.slice(1, 5)).toEqual([
    '  s0{"route"}',
    '  s1(("tools"))',
    '  s2["first<br/>join: any"]',
    '  s3["most<br/>2 of 3"]',
  ])
})

test('a run is the same flowchart with endings, durations and the critical path in bold', () => {
  expect(mermaidRun(chatReport, chatInfo).split('\n')).toEqual([
    'flowchart TD',
    '  s0{{"input_guard<br/>50 ms"}}',
    '  s1(["profile<br/>100 ms"])',
    '  s2(["memory<br/>100 ms"])',
    '  s3["llm<br/>700 ms · 2 attempts"]',
    '  s4{{"output_guard<br/>100 ms"}}',
    '  s5[["persist<br/>skip"]]',
    '  s0 --> s3',
    '  s1 --> s3',
    '  s2 --> s3',
    '  s3 --> s4',
    '  s3 --> s5',
    expect.stringMatching(/^ {2}classDef ok fill:/),
    '  class s0,s1,s2,s3,s4 ok',
    expect.stringMatching(/^ {2}classDef skip fill:/),
    '  class s5 skip',
    '  classDef critical stroke-width:4px',
    '  class s2,s3,s4 critical',
    '  linkStyle 2,3 stroke-width:4px',
  ])
})

test('a stage that failed and one that never began say so', () => {
  const info = infoFrom([{ name: 'a' }, { name: 'b', after: ['a'] }])
  const report = reportOf(
    5,
    [written('a', { startedAt: 0, endedAt: 5, status: 'fail' }), written('b', { status: 'cancel' })],
    { status: 'failed' },
  )
  const lines = mermaidRun(report, info).split('\n')
  expect(lines.slice(1, 3)).toEqual(['  s0["a<br/>fail · 5 ms"]', '  s1["b<br/>not started"]'])
  expect(lines).toContain('  class s0 fail')
  expect(lines).toContain('  class s1 cancel')
})

test('mermaidRun takes redaction, and refuses unknown options', () => {
  expect(mermaidRun(chatReport, chatInfo, { redaction: {} })).toBe(mermaidRun(chatReport, chatInfo))
  expect(() => mermaidRun(chatReport, chatInfo, { redact: true } as object)).toThrow(
    'mermaidRun(): unknown option "redact"',
  )
})

test('no name is interpreted by Mermaid or HTML', () => {
  const label = (name: string): string | undefined => mermaid(infoFrom([{ name }])).split('\n')[1]
  expect(label('end')).toBe('  s0["end"]')
  expect(label('a/b:c-d_é日')).toBe('  s0["a/b:c-d_é日"]')
  expect(label('"]; click s0 <b>`#')).toBe('  s0["#34;#93;#59; click s0 #60;b#62;#96;#35;"]')
  expect(label('a\nb%%{init}%%')).toBe('  s0["a#10;b#37;#37;#123;init#125;#37;#37;"]')
})

import type { JSX } from 'preact'

import type { StageInput, StageRow, StageShape, StageView } from '../../src/protocol.ts'
import { Sign } from '../signs/sign.tsx'
import { address, linkTo } from '../state/address.ts'
import { counted } from '../state/duration.ts'
import { rowOf, run, runStatus } from '../state/shown-run.ts'
import { stateOf } from '../state/stage-state.ts'
import { Json, Section } from './section.tsx'

interface StageDataProps {
  readonly shape: StageShape | undefined
  readonly row: StageRow | undefined
  /** Undefined until the server has sent it. */
  readonly view: StageView | undefined
}

/** What a stage read, yielded and returned. */
export function StageData({ shape, row, view }: StageDataProps): JSX.Element {
  const isShown = run.value?.data === true
  const chunks = row?.chunks ?? 0
  const isOk = row?.status === 'ok'
  return (
    <>
      <Reads shape={shape} inputs={view?.inputs ?? []} />
      {chunks > 0 && (
        <Section title={`Chunks (${chunks.toLocaleString('en')})`}>
          <ChunkText view={view} />
        </Section>
      )}
      {isOk && isShown && view !== undefined && (
        <Section title="Output">
          {view.output === undefined ? <p class="muted">No data.</p> : <Json value={view.output} />}
        </Section>
      )}
      {!isShown && (isOk || chunks > 0) && <DataHidden />}
    </>
  )
}

function DataHidden(): JSX.Element {
  return (
    <p class="muted">
      Data isn't shown. <code>inspector({'{ data: true }'})</code> shows it, with secrets taken out.
    </p>
  )
}

function ChunkText({ view }: { readonly view: StageView | undefined }): JSX.Element | null {
  if (view?.chunkText === undefined) return null
  const cut = view.chunkTextCut ?? 0
  return (
    <>
      {cut > 0 && <p class="muted">{counted(cut, 'character')} before these aren't kept.</p>}
      <pre class="chunks" tabIndex={0}>
        {view.chunkText}
      </pre>
    </>
  )
}

function Reads({
  shape,
  inputs,
}: {
  readonly shape: StageShape | undefined
  readonly inputs: readonly StageInput[]
}): JSX.Element | null {
  if (shape === undefined || shape.dependencies.length === 0) return null
  const given = new Map(inputs.map((input) => [input.stage, input]))
  return (
    <Section title="Reads">
      <ul class="reads">
        {shape.dependencies.map(({ stage, edge }) => {
          const state = stateOf(rowOf(stage).value, runStatus.value)
          const data = given.get(stage)?.data
          return (
            <li key={stage}>
              <a href={linkTo({ run: address.value.run, stage })}>
                <Sign state={state} /> {stage}
              </a>
              {edge !== 'value' && <span class="muted"> ({edge})</span>}
              {data !== undefined && (
                <details>
                  <summary>data</summary>
                  <Json value={data} />
                </details>
              )}
            </li>
          )
        })}
      </ul>
    </Section>
  )
}

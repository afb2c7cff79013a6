import type { JSX } from 'preact'

import { CompareScreen } from './compare/compare-screen.tsx'
import { KeysHelp } from './keys/keys-help.tsx'
import { PipelineScreen } from './pipeline/pipeline-screen.tsx'
import { RunScreen } from './run/run-screen.tsx'
import { RunList } from './runs/run-list.tsx'
import { StagePanel } from './stage/stage-panel.tsx'
import { address } from './state/address.ts'
import { link } from './state/feed.ts'
import { LinkBanner, TopBar } from './top-bar.tsx'

/** The whole page. */
export function App(): JSX.Element {
  const isFile = link.value === 'file'
  const isStageShown = address.value.stage !== undefined && address.value.with === undefined
  return (
    <div class={`page ${isFile ? 'is-file' : ''} ${isStageShown ? 'has-panel' : ''}`}>
      <TopBar />
      <LinkBanner />
      {!isFile && <RunList />}
      <Screen />
      {isStageShown && <StagePanel />}
      <KeysHelp />
    </div>
  )
}

function Screen(): JSX.Element {
  const { run, pipeline, with: other } = address.value
  if (pipeline !== undefined) return <PipelineScreen pipeline={pipeline} key={pipeline} />
  if (run !== undefined && other !== undefined) return <CompareScreen a={run} b={other} key={`${run} ${other}`} />
  return <RunScreen />
}

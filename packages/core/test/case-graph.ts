import { StageOutput, after } from '../src/index.ts'
import type { Clock, ContextSnapshot, Interceptor, StageContext } from '../src/index.ts'
import type { RunCase, StageCase } from './run-case.ts'
import { FALLBACK, nameOf, wordsOf } from './stage-code.ts'
import type { StageCode } from './stage-code.ts'
import { untypedPipeline } from './untyped-pipeline.ts'
import type { UntypedGraph } from './untyped-pipeline.ts'

/** The code of the runs of one graph: where there are several, each is found by its run's input text. */
export class StageCodes {
  readonly #codes: readonly StageCode[]

  constructor(codes: readonly StageCode[]) {
    this.#codes = codes
  }

  of(snapshot: ContextSnapshot): StageCode {
    return this.#codes[this.#codes.length === 1 ? 0 : Number(snapshot.inputText)] as StageCode
  }

  body(stage: StageCase, place: number): (context: StageContext) => object | undefined {
    const [first] = this.#codes
    if (first !== undefined && this.#codes.length === 1) return first.of(stage, place)
    return (context) => this.of(context.snapshot).of(stage, place)(context)
  }
}

/** The graph of a random run. `clock` is that of the stages, `engine` that of the engine. */
export function graphOf(run: RunCase, codes: StageCodes, clock: Clock, engine: Clock, nested: boolean): UntypedGraph {
  let pipeline = untypedPipeline('random')
  run.stages.forEach((stage, place) => {
    const { when } = stage
    pipeline = pipeline.withStage(nameOf(place), codes.body(stage, place), {
      dependencies: stage.dependencies.map(nameOf),
      join: stage.join,
      late: stage.late ? 'abort' : 'finish',
      onFailure:
        stage.onFailure === 'fallback' ? { fallback: FALLBACK } : stage.onFailure === 'skip' ? 'skip' : undefined,
      when:
        when === 'none'
          ? undefined
          : (_inputs: unknown, snapshot: ContextSnapshot) => {
              codes.of(snapshot).starts.push(place)
              if (when === 'throws') throw new Error(wordsOf(place))
              return when === 'true'
            },
    })
  })
  if (nested) pipeline = untypedPipeline('outer').withPipeline('child', pipeline)
  return pipeline.build({ clock: engine, interceptors: interceptorsOf(run, clock, codes) })
}

function interceptorsOf(run: RunCase, clock: Clock, codes: StageCodes): readonly Interceptor[] {
  const observer: Interceptor = {
    name: 'observer',
    settled: (record, { snapshot }) => void codes.of(snapshot).told.push(record),
  }
  return [...(run.watched ? [observer] : []), ...(run.wrapper === 'none' ? [] : [wrapperOf(run, clock)])]
}

function wrapperOf({ wrapper, stages }: RunCase, clock: Clock): Interceptor {
  return {
    name: 'wrapper',
    wrap: (next, { index, pipeline }) => {
      const { wrapped, earlyMs } = stages[index] as StageCase
      if (!wrapped || pipeline.name === 'outer') return next
      if (wrapper === 'passes') return (context) => after(next(context), (output) => output)
      if (wrapper === 'retries') {
        const isBad = ({ status }: StageOutput): boolean => status === 'fail' || status === 'retry'
        return (context) => after(next(context), (output) => (isBad(output) ? next(context) : output))
      }
      return (context) => {
        const fork = context.fork()
        const answer = next(fork.context)
        if (!(answer instanceof Promise)) return answer
        return new Promise((resolve) => {
          const cancel = clock.setTimeout(() => {
            fork.abort(new Error('early'))
            resolve(wrapper === 'calls again' ? next(context) : StageOutput.fail('early'))
          }, earlyMs)
          void answer.then((output) => {
            cancel()
            resolve(output)
          })
        })
      }
    },
  }
}

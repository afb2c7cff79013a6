import { StageflowError, type StageInfo } from '@stageflow/core'

import { Circuit } from './circuit.ts'
import type { Policy } from './options.ts'
import type { CircuitBreakerState } from './saved-circuits.ts'

/** The name of every `new Pipeline()` without a name. */
const UNNAMED = 'pipeline'

/** The circuits of one interceptor by key, at most `maxKeys`. Evicts the least recently used closed circuit first. */
export class Circuits {
  readonly #maxKeys: number
  readonly #policy: Policy
  /** Both in order of use. */
  readonly #closed: Map<string, Circuit> = new Map()
  readonly #tripped: Map<string, Circuit> = new Map()
  #latest: Circuit | undefined

  constructor(maxKeys: number, policy: Policy, saved: CircuitBreakerState | undefined) {
    this.#maxKeys = maxKeys
    this.#policy = policy
    for (const each of saved?.circuits ?? []) {
      const circuit = new Circuit(each.key, policy, each)
      circuit.restored = true
      this.keep(circuit)
    }
  }

  /** The circuit of a key that stages may share. */
  of(key: string): Circuit {
    if (this.#latest?.key === key) return this.#latest
    const circuit = this.#find(key) ?? new Circuit(key, this.#policy)
    this.keep(circuit)
    return circuit
  }

  /** The circuit of one stage, which may have its own policy. Called once per stage of a built graph. */
  ofStage({ name, pipeline }: StageInfo, policy: Policy): Circuit {
    const key = `${pipeline.name}/${name}`
    if (pipeline.name === UNNAMED) {
      const circuit = new Circuit(key, policy)
      circuit.ofGraph = true
      return circuit
    }
    const known = this.#find(key)
    if (known !== undefined && known.policy.id !== policy.id && !known.restored)
      throw new StageflowError(
        'circuit-breaker/illegal-option',
        `Another stage "${key}" with another breaker or halfOpenAfterMs uses this circuitBreaker(), and both would share one circuit. Give the pipelines different names, or make a circuitBreaker() for each.`,
      )
    // A restored circuit has the policy of the factory until its stage is known.
    const circuit = known?.policy.id === policy.id ? known : new Circuit(key, policy, known?.save())
    circuit.restored = false
    this.keep(circuit)
    return circuit
  }

  /** Keeps a circuit that was used, or whose state has changed. */
  keep(circuit: Circuit): void {
    if (circuit.ofGraph) return
    const { key } = circuit
    this.#closed.delete(key)
    this.#tripped.delete(key)
    if (this.#closed.size + this.#tripped.size >= this.#maxKeys) this.#evictOldest()
    const home = circuit.state === 'closed' ? this.#closed : this.#tripped
    home.set(key, circuit)
    this.#latest = circuit
  }

  #evictOldest(): void {
    const circuits = this.#closed.size > 0 ? this.#closed : this.#tripped
    for (const oldest of circuits.keys()) {
      circuits.delete(oldest)
      return
    }
  }

  save(): CircuitBreakerState {
    const circuits = [...this.#closed.values(), ...this.#tripped.values()]
    return { version: 1, circuits: circuits.map((each) => each.save()) }
  }

  #find(key: string): Circuit | undefined {
    return this.#closed.get(key) ?? this.#tripped.get(key)
  }
}

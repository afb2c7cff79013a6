import { StageflowError } from '@stageflow/core'

import { Circuit } from './circuit.ts'
import type { CircuitBreakerState } from './circuit-state.ts'
import type { Policy } from './options.ts'

/** The circuits of one interceptor by key, at most so many: closed ones are forgotten first, of these the least recently used. */
export class Circuits {
  readonly #most: number
  readonly #policy: Policy
  /** Both in order of use. */
  readonly #closed: Map<string, Circuit> = new Map()
  readonly #tripped: Map<string, Circuit> = new Map()
  #latest: Circuit | undefined

  constructor(most: number, policy: Policy, saved: CircuitBreakerState | undefined) {
    this.#most = most
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

  /** The circuit of one stage, whose policy may be its own. */
  ofStage(key: string, policy: Policy): Circuit {
    const known = this.#find(key)
    if (known !== undefined && known.policy.id !== policy.id && !known.restored)
      throw new StageflowError(
        'circuit-breaker/illegal-option',
        `Stage "${key}" was built before by this same circuitBreaker(), with another breaker or halfOpenAfterMs; both would share one circuit. Give the pipelines different names, or each a circuitBreaker() of its own.`,
      )
    const circuit = known?.policy.id === policy.id ? known : new Circuit(key, policy, known?.save())
    circuit.restored = false
    this.keep(circuit)
    return circuit
  }

  /** Takes in a circuit that was used, or whose state has changed. */
  keep(circuit: Circuit): void {
    this.#closed.delete(circuit.key)
    this.#tripped.delete(circuit.key)
    const { size } = this.#closed
    if (size + this.#tripped.size >= this.#most) {
      const from = size > 0 ? this.#closed : this.#tripped
      for (const first of from.keys()) {
        from.delete(first)
        break
      }
    }
    ;(circuit.state === 'closed' ? this.#closed : this.#tripped).set(circuit.key, circuit)
    this.#latest = circuit
  }

  save(): CircuitBreakerState {
    return { version: 1, circuits: [...this.#closed.values(), ...this.#tripped.values()].map((each) => each.save()) }
  }

  #find(key: string): Circuit | undefined {
    return this.#closed.get(key) ?? this.#tripped.get(key)
  }
}

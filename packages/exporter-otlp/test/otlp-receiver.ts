import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface OtlpValue {
  readonly stringValue?: string
  readonly intValue?: number | string
  readonly doubleValue?: number
  readonly boolValue?: boolean
  readonly arrayValue?: { readonly values: readonly OtlpValue[] }
  readonly kvlistValue?: { readonly values: readonly OtlpAttribute[] }
}
export interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}
export interface OtlpRecord {
  readonly timeUnixNano: string
  readonly observedTimeUnixNano: string
  readonly severityNumber: number
  readonly severityText: string
  readonly eventName: string
  readonly body: OtlpValue
  readonly attributes: readonly OtlpAttribute[]
  readonly traceId?: string
  readonly spanId?: string
  readonly flags?: number
}
interface OtlpRequest {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] }
    readonly scopeLogs: readonly {
      readonly scope: { readonly name: string }
      readonly logRecords: readonly OtlpRecord[]
    }[]
  }[]
}

type Answer = (response: ServerResponse, nth: number) => void
const accept: Answer = (response) => void response.setHeader('content-type', 'application/json').end('{}')

/** A receiver of logs over OTLP/HTTP on the loopback interface. A test sets its responses, stops it, and starts it again. */
export class OtlpReceiver {
  /** Writes the response. The first request is number 1. */
  answer: Answer = accept
  /** The decoded records of all requests with a status below 300, in order. */
  readonly records: OtlpRecord[] = []
  readonly requests: { readonly headers: IncomingHttpHeaders; readonly path: string; readonly body: Buffer }[] = []
  readonly resources: Readonly<Record<string, unknown>>[] = []
  readonly scopes: string[] = []
  #port = 0
  readonly #server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const raw = Buffer.concat(parts)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
      this.requests.push({ headers: request.headers, path: request.url ?? '', body })
      response.on('finish', () => {
        if (response.statusCode < 300 && request.headers['content-type'] === 'application/json')
          this.#keep(JSON.parse(body.toString()) as OtlpRequest)
      })
      this.answer(response, this.requests.length)
    })
  })

  get url(): string {
    return `http://127.0.0.1:${this.#port}/v1/logs`
  }

  /** The types of the received events, in order. */
  get types(): readonly unknown[] {
    return this.records.map((record) => plain(record.attributes)['stageflow.event.type'])
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
    return this
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Resets it, on the same port. */
  forget(): void {
    this.answer = accept
    for (const list of [this.records, this.requests, this.resources, this.scopes]) (list as unknown[]).length = 0
  }

  #keep({ resourceLogs }: OtlpRequest): void {
    for (const { resource, scopeLogs } of resourceLogs) {
      this.resources.push(plain(resource.attributes))
      for (const { scope, logRecords } of scopeLogs) {
        this.scopes.push(scope.name)
        this.records.push(...logRecords)
      }
    }
  }
}

/** Attributes as an object. */
export function plain(attributes: readonly OtlpAttribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]))
}

function plainValue(value: OtlpValue): unknown {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(plainValue)
  if (value.kvlistValue !== undefined) return plain(value.kvlistValue.values)
  return Object.values(value)[0] as unknown
}

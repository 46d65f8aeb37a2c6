import { type ProductProcess, startProcess } from '../support/product-process.ts'
import { type Crowd, KEY } from './crowd.ts'

/** Processes of the product that share one database server; the channels call whichever of them serve. */
export class Processes {
  private readonly crowd: Crowd
  private readonly databaseUrl: string
  private readonly running: ProductProcess[] = []
  private readonly addresses = new Map<ProductProcess, string>()

  constructor(crowd: Crowd, databaseUrl: string) {
    this.crowd = crowd
    this.databaseUrl = databaseUrl
  }

  /** Resolves with the address of the first once all serve. */
  async start(count: number, settings: Record<string, string> = {}): Promise<string> {
    await Promise.all(Array.from({ length: count }, () => this.startOne(settings).ready))
    return this.addresses.values().next().value ?? ''
  }

  startOne(settings: Record<string, string> = {}): ProductProcess {
    const channels = Object.assign({}, ...this.crowd.channels.map((one) => one.settings)) as Record<string, string>
    const product = startProcess({
      DATA_KEY: KEY.toString('base64'),
      DEMO: '0',
      DATABASE_URL: this.databaseUrl,
      ...channels,
      ...settings,
    })
    this.running.push(product)
    product.ready.then(
      (address) => {
        this.addresses.set(product, address)
        this.crowd.listenAt([...this.addresses.values()])
      },
      () => {},
    )
    return product
  }

  /** Kills one of them, whether it serves yet or not. */
  async killOne(random: () => number): Promise<void> {
    const victim = this.running[Math.floor(random() * this.running.length)]
    if (victim !== undefined) await this.end(victim, 'SIGKILL')
  }

  /** Ends all in good order; their exit codes. */
  async stop(): Promise<(number | null)[]> {
    return Promise.all([...this.running].map((product) => this.end(product, 'SIGTERM')))
  }

  /** The address of one that serves. */
  async address(): Promise<string> {
    return Promise.any(this.running.map(({ ready }) => ready))
  }

  /** The addresses of those that serve. */
  serving(): string[] {
    return [...this.addresses.values()]
  }

  /** Resolves when neither the channels nor the product have anything left to do. */
  async allDone(): Promise<void> {
    await this.crowd.allDone(await this.address())
  }

  private async end(product: ProductProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.running.splice(this.running.indexOf(product), 1)
    const { code } = await product.kill(signal)
    this.addresses.delete(product)
    this.crowd.listenAt([...this.addresses.values()])
    return code
  }
}

/** Starts the product, says where it is, and stops it on a signal. */
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { type Product, startProduct } from './product.ts'

/** After this a stop that hangs is cut; what is in hand stays in the inbox and outbox. */
const STOP_PATIENCE_MS = 10_000

async function main(): Promise<void> {
  const config = readConfig()
  const log = createLog(config.logLevel)
  const product = await startProduct(config, log)
  announce(product, config.demo)
  let isStopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) return
      isStopping = true
      log.info({ signal }, 'stopping')
      setTimeout(() => process.exit(1), STOP_PATIENCE_MS).unref()
      product.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the stop did not go well')
          process.exit(1)
        },
      )
    })
  }
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was left alone'))
}

function announce(product: Product, demo: boolean): void {
  const lines = [
    '',
    '  Cầu Nối is ready',
    `    chat      ${product.address}/chat`,
    `    console   ${product.address}/console`,
  ]
  if (product.madePassword !== null) {
    lines.push(
      `    sign in   admin (or a unit's id, e.g. tt_tgpl), password ${product.madePassword} (shown only this once)`,
    )
  } else if (demo) lines.push("    sign in   admin, or a unit's id, e.g. tt_tgpl")
  for (const { id, on, reason } of product.channels) lines.push(`    ${id.padEnd(9)} ${on ? 'on' : `off: ${reason}`}`)
  process.stdout.write(`${lines.join('\n')}\n\n`)
}

main().catch((error: unknown) => {
  const detail = error instanceof Error ? error.message : String(error)
  process.stderr.write(`Cầu Nối did not start.\n${detail}\n`)
  process.exit(1)
})

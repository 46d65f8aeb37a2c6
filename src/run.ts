/** Starts the product, says where it is, and stops it on a signal. */
import { flushCompileCache } from 'node:module'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { type Product, startProduct } from './product.ts'

/** After this a stop that hangs is cut; what is in hand stays in the inbox and outbox. */
const STOP_PATIENCE_MS = 7_500
/** What a database of our own then still gets; together less than the ten seconds after which others kill. */
const CUT_PATIENCE_MS = 2_000
/** Time after the start in which people come first. */
const FIRST_REST_MS = 3_000

async function main(): Promise<void> {
  const config = readConfig()
  const log = createLog(config.logLevel)
  const product = await startProduct(config, log)
  announce(product, config.demo)
  // By itself this happens at the end of the process, and not at all when it is killed.
  setTimeout(flushCompileCache, FIRST_REST_MS).unref()
  let isStopping = false
  const stop = (code: number): void => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => {
      log.error('the stop takes too long and is cut short')
      setTimeout(() => process.exit(1), CUT_PATIENCE_MS)
      void product.cutShort().finally(() => process.exit(1))
    }, STOP_PATIENCE_MS).unref()
    product.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ err: error }, 'the stop did not go well')
        void product.cutShort().finally(() => process.exit(1))
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'stopping')
      stop(0)
    })
  }
  void product.databaseLost.then(() => {
    log.fatal('the database of our own has ended; stopping')
    stop(1)
  })
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

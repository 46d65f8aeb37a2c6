/**
 * `npm run dev:fakes`: the product against stand-ins of Telegram and Zalo, and a page to chat as the people of both, for
 * whoever has no account on either.
 */
import { startPageServer } from './dev-fakes/page-server.ts'
import { startTrial, type Trial } from './dev-fakes/trial.ts'

const DATA_DIR = './data-fakes'
const PORT = 3000
const PAGE_PORT = 3100
const HOST = '127.0.0.1'
/** Everybody may know it: only this machine reaches the product, and nothing real is in it. */
const PASSWORD = 'cau-noi-thu-nghiem'

async function main(): Promise<void> {
  const { DATA_DIR: dataDir = DATA_DIR, PORT: port, FAKES_PORT: pagePort, LOG_LEVEL, DEMO_PASSWORD } = process.env
  const password = DEMO_PASSWORD || PASSWORD
  let trial: Trial | null = null
  let page: Awaited<ReturnType<typeof startPageServer>> | null = null
  let isStopping = false
  const stop = async (code: number): Promise<void> => {
    if (isStopping) return
    isStopping = true
    await page?.close()
    await trial?.stop()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0))

  trial = await startTrial({
    dataDir,
    host: HOST,
    port: portOf(port, PORT),
    settings: { DEMO: '1', DEMO_PASSWORD: password, ...(LOG_LEVEL && { LOG_LEVEL }) },
    show: (text) => process.stdout.write(text),
    ended: (code) => void stop(code ?? 1),
  })
  page = await startPageServer(trial, { host: HOST, port: portOf(pagePort, PAGE_PORT) })
  process.stdout.write(
    [
      '  Both channels are stand-ins: nobody outside of this machine is written to.',
      `    people    ${page.address}   chat as somebody on Telegram or Zalo, and break things`,
      `    console   ${trial.productAddress}/console`,
      `    sign in   admin, or a unit's id, e.g. tt_tgpl, password ${password}`,
      `    data      ${dataDir}   (remove it to begin anew)`,
      '',
      '',
    ].join('\n'),
  )
}

function portOf(value: string | undefined, standard: number): number {
  const port = Number(value || standard)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Error('PORT and FAKES_PORT must be whole numbers from 0 to 65535')
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})

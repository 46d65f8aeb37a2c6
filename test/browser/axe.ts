import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** WCAG 2.2 A and AA, and what the makers of the rules recommend besides. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Violation {
  id: string
  nodes: { target: unknown[]; failureSummary?: string }[]
}

/** What keeps people with a screen reader, weak eyes or unsteady hands from using the page as it is now; one line each. */
export async function barriersOn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(RULES)}, resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })))`,
  )) as Violation[]
  return violations.map(({ id, nodes }) => {
    const summary = nodes[0]?.failureSummary?.split('\n').slice(1).join(' ').trim() ?? ''
    return `${id}: ${nodes
      .slice(0, 4)
      .map(({ target }) => target.join(' '))
      .join(', ')} (${nodes.length}): ${summary.slice(0, 300)}`
  })
}

/** How far the page can be pushed sideways; anything but nothing is a fault of the layout. */
export async function overhangOf(page: Page): Promise<number> {
  // A chart notices one frame later that the window has become narrower.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  return (await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')) as number
}

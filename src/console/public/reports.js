// Draws the tables of a report as charts. The tables stand below, so nothing is lost without this file.

const COLOURS = ['#0b5394', '#d08700', '#14602b']

for (const place of document.querySelectorAll('[data-chart]')) {
  const table = document.getElementById(place.dataset.chart)
  const figures = place.dataset.figures.split(' ')
  const most = Number(place.dataset.most ?? 50)
  const rows = [...table.querySelectorAll('tbody tr')].slice(0, most)
  const isAcross = place.dataset.across === 'yes'
  const names = rows.map((row) => {
    const head = row.querySelector('th')
    return head.dataset.short ?? head.textContent.trim()
  })
  const datasets = figures.map((figure, index) => ({
    label: table.querySelector(`thead [data-figure="${figure}"]`).textContent.trim(),
    // What is hidden has no value and no bar.
    data: rows.map((row) => {
      const { value } = row.querySelector(`td[data-figure="${figure}"]`).dataset
      return value === undefined ? null : Number(value)
    }),
    backgroundColor: COLOURS[index],
    maxBarThickness: 28,
  }))
  if (!datasets.some(({ data }) => data.some((value) => value > 0))) {
    place.remove()
    continue
  }
  const canvas = document.createElement('canvas')
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', place.dataset.label)
  place.append(canvas)
  const counts = { beginAtZero: true, ticks: { precision: 0 } }
  const steps = { ticks: { autoSkip: !isAcross } }
  new Chart(canvas, {
    type: 'bar',
    data: { labels: names, datasets },
    options: {
      indexAxis: isAcross ? 'y' : 'x',
      animation: false,
      maintainAspectRatio: false,
      scales: isAcross ? { x: counts, y: steps } : { x: steps, y: counts },
      plugins: { legend: { position: 'bottom' } },
    },
  })
}

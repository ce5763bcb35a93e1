/** Charts as SVG files beside the raw results, on white, so that they are legible wherever they are shown. */
import { writeFileSync } from "node:fs"
import { parse, View } from "vega"
import { compile, type TopLevelSpec } from "vega-lite"

const config = {
  background: "white",
  font: "sans-serif",
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    gridColor: "#eee",
    domain: false,
    ticks: false
  },
  title: { fontSize: 14, anchor: "start", subtitleFontSize: 12, subtitleColor: "#666", offset: 12 },
  legend: { labelLimit: 0, labelFontSize: 12, titleFontSize: 12 },
  view: { stroke: null },
  padding: 12
} as const

/** Sluice's own bars, plain programs without its promises, and the peers. */
export const colors = { sluice: "#1f77b4", plain: "#b8b8b8", peer: "#e6a157" } as const

export const draw = async (name: string, spec: TopLevelSpec): Promise<void> => {
  const view = new View(parse(compile({ ...spec, config } as TopLevelSpec).spec), { renderer: "none" })
  const svg = await view.toSVG()
  await view.finalize()
  writeFileSync(new URL(`./results/${name}.svg`, import.meta.url), `${svg}\n`)
}

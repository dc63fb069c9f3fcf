// Keeps the tables of previews for the panels: they arrive after the figures, and one that is there already is kept.
const kept = (window.skewlabTables ??= {});

export default function ({ data }) {
  for (const [key, { name, sets, table }] of Object.entries(data ?? {})) {
    if (kept[key]?.name !== name) kept[key] = { name, sets, ...JSON.parse(table) };
  }
}

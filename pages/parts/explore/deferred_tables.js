// Keeps for the panels what previews need and no figure waits for. A table that is there already is kept.
const tables = (window.skewlabTables ??= {});

export default function ({ data }) {
  for (const [key, { name, sets, table }] of Object.entries(data?.tables ?? {})) {
    if (tables[key]?.name !== name) tables[key] = { name, sets, ...JSON.parse(table) };
  }
}

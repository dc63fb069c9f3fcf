// As sampler_core.numerals writes them.
function number(value) {
  if (!value) return "0";
  const size = Math.abs(value);
  if (size < 1e-6 || size >= 1e15) return value.toExponential(2).replace(/e([+-])(\d)$/, "e$10$2");
  const places = Math.max(0, 2 - Math.floor(Math.log10(size)));
  const step = 10 ** Math.floor(Math.log10(size) - 2);
  const rounded = places ? Number(value.toFixed(Math.min(places, 100))) : Math.round(value / step) * step;
  return rounded.toLocaleString("en", { maximumFractionDigits: Math.min(places, 20) });
}

function percent(share) {
  if (share > 0.9995 && share < 1) return "> 99.9 %";
  if (share > 0 && share < 1e-6) return "< 0.0001 %";
  return `${number(100 * share)} %`;
}

// Charts from the JSON beside them. Colours are variables of the page, so that they follow its theme.
(() => {
  "use strict";
  const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true };
  for (const data of document.querySelectorAll("script[data-chart]")) {
    window.vegaEmbed(`#${data.dataset.chart}`, JSON.parse(data.textContent), options);
  }
})();

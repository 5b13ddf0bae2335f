/** File beside the page that makes its figures interactive; too large for the repository. */
export const PLOTLY_FILE = "plotly.js";

/**
 * What the page does: a figure is a picture until the mouse is over it or its button is pressed. Plotly is loaded then, so
 * that the page opens at once; where it is missing the pictures stay.
 */
export const SCRIPT = `
let loading;
const loadPlotly = () => loading ??= new Promise((done, failed) => {
  const script = document.createElement("script");
  script.src = "${PLOTLY_FILE}";
  script.onload = () => done(globalThis.Plotly);
  script.onerror = () => failed(new Error("missing"));
  document.head.append(script);
});
for (const figure of document.querySelectorAll("figure[data-name]")) {
  const paper = figure.querySelector(".paper");
  const button = figure.querySelector("button");
  const status = figure.querySelector("[role=status]");
  const picture = paper.querySelector("img");
  let plot;
  const show = (interactive) => {
    if (picture) picture.hidden = interactive;
    if (plot) plot.hidden = !interactive;
    button.textContent = interactive ? "Show the picture" : "Make it interactive";
    button.setAttribute("aria-pressed", String(interactive));
  };
  const draw = async () => {
    if (plot) return show(true);
    plot = document.createElement("div");
    try {
      const plotly = await loadPlotly();
      const { data, layout } = JSON.parse(document.getElementById(figure.dataset.name).textContent);
      plot.hidden = true;
      paper.append(plot);
      plot.style.width = layout.width + "px";
      show(true);
      await plotly.newPlot(plot, data, layout, { displaylogo: false });
    } catch (error) {
      plot?.remove();
      plot = undefined;
      show(false);
      if (error.message !== "missing") throw error;
      button.disabled = true;
      status.textContent = "Interactive figures need the file ${PLOTLY_FILE} beside this page: npm run figures puts it there.";
    }
  };
  button.hidden = false;
  button.addEventListener("click", () => (button.getAttribute("aria-pressed") === "true" ? show(false) : draw()));
  paper.addEventListener("pointerenter", draw, { once: true });
}
`;

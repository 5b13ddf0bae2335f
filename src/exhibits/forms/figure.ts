/** A plotly figure as plain data, drawn by whoever has a browser: a notebook, or `src/rendering`. */
export interface Figure {
  data: object[];
  layout: { width: number; height: number; [key: string]: unknown };
}

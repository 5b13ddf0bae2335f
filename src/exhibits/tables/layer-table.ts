import type { NetworkRow, Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";
import { mean } from "../../statistics/index.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { captionOf } from "../style/conditions.js";

/** Clip over standard deviation of each weight layer, and share of zero codes of each activation: means over seeds. */
export function layerTable(results: Results): Table {
  const styles = armStyles(results);
  const rows = mainArms(results.study).flatMap((arm): Record<string, Cell>[] => {
    const networks = results.networks.filter((network) => network.arm === arm);
    const rowsOf = (
      quantity: string,
      unit: number,
      read: (network: NetworkRow) => Readonly<Record<string, number>>,
    ) =>
      Object.keys(networks[0] ? read(networks[0]) : {}).map((layer) => ({
        arm,
        title: styles(arm).title,
        layer,
        quantity,
        value: mean(networks.map((network) => unit * read(network)[layer]!)),
      }));
    return [
      ...rowsOf("clip/sd", 1, (network) => network.clipRatioByLayer),
      ...rowsOf("zero codes (%)", 100, (network) => network.sparsityByLayer),
    ];
  });
  return {
    title: "Layers without faults",
    caption: captionOf(
      results,
      "Means over training seeds. clip/sd: weight clip over standard deviation of the latent weights, by weight layer;",
      "zero codes: share of an activation's codes that are 0.",
    ),
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "title", title: "arm", align: "left" },
      { key: "layer", title: "layer", align: "left" },
      { key: "quantity", title: "quantity", align: "left" },
      { key: "value", title: "value", align: "right" },
    ],
    rows,
  };
}

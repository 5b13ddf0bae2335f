import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Ts from "@tslab/typescript-for-tslab";
import { describe, expect, it } from "vitest";
import * as flatenn from "../src/index.js";

const { campaign, datasets, exhibits, faults, importing, inference, networks } = flatenn;
const { postTraining, quantization, random, results, saq, sharpness, singleBit, statistics } = flatenn;
const { studies, tensors, training, verification, UserError } = flatenn;

// TypeScript 7 has no API of its own yet, and the notebook kernel's has.
const ts: typeof Ts = createRequire(import.meta.url)("@tslab/typescript-for-tslab");
const DIST = fileURLToPath(new URL("../dist", import.meta.url));
/** What is never looked at: options are refused before anything else. */
const nothing = {} as never;
const stream = random.stream("options");
const image = datasets.imageDataset(new Uint8Array(28 * 28), [0], [28, 28, 1]);

/**
 * Every function that takes options, called with `options`, among which there is one that does not exist. A function with two
 * objects of options stands here twice: `"train: job"`.
 */
const CALLS: Readonly<Record<string, (options: never) => unknown>> = {
  "campaign.measureFaults": (options) => campaign.measureFaults(nothing, nothing, options),
  "campaign.runAdaptive": (options) => campaign.runAdaptive(nothing, nothing, [], nothing, options),
  "campaign.runAdaptive: precision": (options) => campaign.runAdaptive(nothing, nothing, [], options),
  "campaign.runCampaign": (options) => campaign.runCampaign(nothing, nothing, [], options),
  "campaign.trainNetwork": (options) => campaign.trainNetwork(nothing, nothing, "as-saq", 0, options),
  "datasets.loadFashionMnist": (options) => datasets.loadFashionMnist(options),
  "datasets.registerDataset": (options) => datasets.registerDataset(options),
  "exhibits.accuraciesOf": (options) => exhibits.accuraciesOf(nothing, options),
  "exhibits.associationTable": (options) => exhibits.associationTable(nothing, nothing, options),
  "exhibits.claims": (options) => exhibits.claims(nothing, options),
  "exhibits.networkTable": (options) => exhibits.networkTable(nothing, options),
  "exhibits.toleratedRatesOf": (options) => exhibits.toleratedRatesOf(nothing, nothing, options),
  "exhibits.toText": (options) => exhibits.toText(nothing, options),
  "faults.drawFaultMap": (options) => faults.drawFaultMap(options),
  "faults.enumeratedMoments": (options) => faults.enumeratedMoments(0, options),
  "faults.faultMoments": (options) => faults.faultMoments(nothing, options),
  "faults.faultyShare": (options) => faults.faultyShare(options),
  "faults.forEachFaultyWeight": (options) =>
    faults.forEachFaultyWeight(new Uint8Array(1), nothing, options, nothing),
  "faults.injectFaults": (options) => faults.injectFaults(new Uint8Array(1), nothing, options),
  "faults.momentsScale": (options) => faults.momentsScale(options),
  "faults.smallRateMeans": (options) => faults.smallRateMeans(nothing, options),
  "importing.importNetwork": (options) => importing.importNetwork(networks.lenet5, {}, options),
  "importing.importSafetensors": (options) =>
    importing.importSafetensors("nowhere", networks.lenet5, options),
  "inference.countZeros": (options) => inference.countZeros(nothing, nothing, nothing, options),
  "inference.integerClassifier": (options) => inference.integerClassifier(nothing, nothing, nothing, options),
  "networks.resnet18": (options) => networks.resnet18(options),
  "postTraining.quantizePostTraining": (options) =>
    postTraining.quantizePostTraining(networks.lenet5, nothing, image, options),
  "quantization.chooseClip": (options) =>
    quantization.chooseClip(nothing, "weights", 4, { rule: "share", ...(options as object) } as never),
  "results.readCurves": (options) => results.readCurves("nowhere", options),
  "results.readResultsFrom": (options) => results.readResultsFrom("nowhere", options),
  "results.openStore": (options) => results.openStore(nothing, "nowhere", options),
  "saq.sharpnessAwareGradient": (options) => saq.sharpnessAwareGradient(nothing, nothing, undefined, options),
  "sharpness.ascendedRise": (options) => sharpness.ascendedRise(nothing, nothing, options),
  "sharpness.asymmetry": (options) => sharpness.asymmetry(nothing, 1, options),
  "sharpness.averageRises": (options) => sharpness.averageRises(nothing, [], [], options),
  "sharpness.centralDifferences": (options) => sharpness.centralDifferences(nothing, nothing, options),
  "sharpness.changeMoments": (options) => sharpness.changeMoments([], nothing, options),
  "sharpness.diagonalSums": (options) => sharpness.diagonalSums(nothing, [], options),
  "sharpness.faultRises": (options) => sharpness.faultRises(nothing, nothing, [], options),
  "sharpness.measureLandscape": (options) => sharpness.measureLandscape(nothing, nothing, "nowhere", options),
  "sharpness.measureSharpness": (options) => sharpness.measureSharpness(nothing, "nowhere", options),
  "sharpness.predictorCells": (options) => sharpness.predictorCells([], [], options),
  "sharpness.predictorTerms": (options) => sharpness.predictorTerms(nothing, options),
  "sharpness.readDocuments": (options) => sharpness.readDocuments("nowhere", options),
  "sharpness.readLandscapes": (options) => sharpness.readLandscapes("nowhere", options),
  "sharpness.topEigenvalues": (options) => sharpness.topEigenvalues(nothing, 1, options),
  "sharpness.unitMoments": (options) => sharpness.unitMoments([], nothing, options),
  "sharpness.worstRise": (options) => sharpness.worstRise(nothing, [], [], options),
  "singleBit.planSingleBits": (options) => singleBit.planSingleBits({ name: "a", layers: [] }, options),
  "singleBit.summarizeBits": (options) => singleBit.summarizeBits([], [], options),
  "statistics.accuracyInterval": (options) => statistics.accuracyInterval([[1, 2]], options),
  "statistics.clusterBootstrap": (options) => statistics.clusterBootstrap([[1]], () => 1, stream, options),
  "statistics.crossedBootstrap": (options) => statistics.crossedBootstrap([[1]], stream, options),
  "statistics.finiteMeanInterval": (options) => statistics.finiteMeanInterval([1], 9, options),
  "statistics.finiteShareInterval": (options) => statistics.finiteShareInterval(1, 2, 9, options),
  "statistics.firstStop": (options) => statistics.firstStop([], 1, [], options),
  "statistics.leveugleSampleSize": (options) => statistics.leveugleSampleSize(9, options),
  "statistics.meanConfidenceSequence": (options) => statistics.meanConfidenceSequence([], options),
  "statistics.minimumDetectableEffect": (options) => statistics.minimumDetectableEffect(NaN, 1, options),
  "statistics.pairedEffect": (options) => statistics.pairedEffect([[1]], options),
  "statistics.sequenceFactor": (options) => statistics.sequenceFactor(1, options),
  "statistics.tInterval": (options) => statistics.tInterval([1], options),
  "studies.registerStudy": (options) => studies.registerStudy(options),
  "tensors.loadBackend": (options) => tensors.loadBackend(options),
  "tensors.epochBatches": (options) => tensors.epochBatches(new Uint32Array(2), 1, options),
  "training.batchLoss": (options) => training.batchLoss(nothing, nothing, options),
  "training.nesterovStep": (options) => training.nesterovStep(nothing, nothing, options),
  "training.train": (options) => training.train(nothing, nothing, options),
  "training.train: job": (options) => training.train(options, nothing),
  "training.trainOn": (options) => training.trainOn(networks.lenet5, nothing, nothing, options),
  "training.trainStep": (options) => training.trainStep(nothing, nothing, nothing, options),
  "verification.verifyResults": (options) => verification.verifyResults("nowhere", options),
};

describe("an option that does not exist", () => {
  it.each(Object.entries(CALLS))("is refused by %s", async (name, call) => {
    const error = await (async () => call({ misspelt: 1 } as never))().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(UserError);
    const [, own, object] = /^\w+\.(\w+)(?:: (\w+))?$/.exec(name)!;
    const what = `${object ? `${object} of ` : ""}(a |rule of )?${own}`;
    expect((error as Error).message).toMatch(
      new RegExp(`^${what} has no option misspelt; its (options are|only option is) \\w+`),
    );
  });

  it("is looked for here in every exported function whose types show that it takes options", () => {
    const parameters = parametersOf(DIST);
    const names = Object.entries(flatenn).flatMap(([namespace, members]) =>
      typeof members === "object" && namespace !== "models" // another name of `networks`
        ? Object.entries(members)
            .filter(([, member]) => typeof member === "function")
            .map(([name]) => [namespace, name] as const)
        : [],
    );
    expect(names.filter(([, name]) => !parameters.has(name))).toEqual([]);
    const taking = names
      .filter(([, name]) => parameters.get(name)!.some((types) => types.some(isOptions)))
      .map((name) => name.join("."));
    expect(taking.length).toBeGreaterThan(50);
    expect(taking.filter((name) => !Object.hasOwn(CALLS, name))).toEqual([]);
  });
});

/** Values that would have been a wrong answer in silence, NaN, a job that never ends or an error of JavaScript's. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  "workers must be a whole number of at least 1, got 0": () =>
    campaign.runCampaign(nothing, nothing, [], { workers: 0 }),
  "workers must be a whole number of at least 1, got 1.5": () =>
    verification.verifyResults("nowhere", { sampleSeed: 1, workers: 1.5 }),
  "share must be above 0 and at most 1, got 2": () =>
    verification.verifyResults("nowhere", { sampleSeed: 1, share: 2 }),
  "arms must be a list of ids of arms, or left out for all of them, got []": () =>
    verification.verifyResults("nowhere", { sampleSeed: 1, arms: [] }),
  "maxMaps must be a whole number of at least 10, got 9": () =>
    campaign.runAdaptive(nothing, nothing, [], { halfWidth: 1, maxMaps: 9 }),
  "onProgress must be a function, got true": () =>
    campaign.trainNetwork(nothing, nothing, "as-saq", 0, { onProgress: true as never }),
  "signal must be an AbortSignal, got {}": () => training.train(nothing, nothing, { signal: {} as never }),
  "level must be in (0, 1), got 95: 0.95 is 95 %": () => statistics.tInterval([1], { level: 95 }),
  "power must be in (0, 1), got 80: 0.95 is 95 %": () =>
    statistics.minimumDetectableEffect(1, 4, { power: 80 }),
  "resamples must be a whole number of at least 1, got 0": () => exhibits.claims(nothing, { resamples: 0 }),
  "n must be a whole number of at least 0, got 2.5": () => statistics.sequenceFactor(2.5),
  "predicted must be below classes, 2, got 2": () =>
    statistics.confusionMatrix(Uint8Array.of(0), Uint8Array.of(2), 2),
  "losses must be points of accuracy above 0, got -1": () =>
    exhibits.toleratedRatesOf(nothing, nothing, { arm: "a", fault: "flip", losses: [-1] }),
  "width must be a whole number of at least 1, got 0": () => exhibits.toText(nothing, { width: 0 }),
  'grid must be one of weights, activations, got "weight"': () =>
    quantization.chooseClip(Float32Array.of(1), "weight" as never, 4, { rule: "share", share: 1 }),
  'rule must be one of saq, asam, sam-latent, sam-requantized, got "sam"': () =>
    saq.sharpnessAwareGradient(nothing, nothing, undefined, { rule: "sam" as never, rho: 1 }),
  "learningRate must be a finite number of at least 0, got -1": () =>
    training.nesterovStep(nothing, {}, { learningRate: -1, momentum: 0, weightDecay: () => 0 }),
  "bits has no option end; its options are weights, activations, ends": () =>
    networks.quantizedLayers(networks.lenet5, { weights: 4, end: 8 } as never),
  'profiles of study "mine" must be at least one study, got []': () =>
    studies.registerStudy({ name: "mine", profiles: [], judgement: nothing, presentation: nothing }),
};

it.each(Object.entries(VALUES))("a value that cannot be is refused: %s", async (message, call) => {
  await expect((async () => call())()).rejects.toThrow(new UserError(message));
});

type Types = readonly (Ts.TypeNode | undefined)[];

/** The types of the parameters of each function and class that is declared, by its name; there may be several of one name. */
function parametersOf(directory: string): ReadonlyMap<string, readonly Types[]> {
  const found = new Map<string, Types[]>();
  const add = (name: string, parameters: readonly Ts.ParameterDeclaration[]) =>
    found.set(name, [...(found.get(name) ?? []), parameters.map(({ type }) => type)]);
  for (const path of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".d.ts")) continue;
    const text = readFileSync(join(directory, path), "utf8");
    for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.ES2022).statements) {
      if (ts.isFunctionDeclaration(statement)) add(statement.name!.text, statement.parameters);
      if (ts.isClassDeclaration(statement))
        add(statement.name!.text, statement.members.find(ts.isConstructorDeclaration)?.parameters ?? []);
      if (ts.isVariableStatement(statement))
        for (const { name, type } of statement.declarationList.declarations)
          if (type && ts.isFunctionTypeNode(type) && ts.isIdentifier(name)) add(name.text, type.parameters);
    }
  }
  return found;
}

/** Whether a parameter is an object of options: of a type called so, or written out with keys that may be absent, or not the first. */
function isOptions(type: Ts.TypeNode | undefined, position: number): boolean {
  if (!type) return false;
  if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type))
    return type.types.some((part) => isOptions(part, position));
  if (ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName)) {
    const { text } = type.typeName;
    if (["Omit", "Pick", "Partial", "Readonly"].includes(text))
      return isOptions(type.typeArguments?.[0], position);
    return text.endsWith("Options");
  }
  if (!ts.isTypeLiteralNode(type)) return false;
  return position > 0 || type.members.some(({ questionToken }) => questionToken !== undefined);
}

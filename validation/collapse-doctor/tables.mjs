// The validation as tables: confusion matrices with sensitivity and specificity, and the course of each run.

const classes = ['healthy', 'dimensional collapse', 'complete collapse', 'diverged'];

/** What the live watch held at the end: the last warning that it had not taken back. */
function standing({ warnings }) {
  const kinds = new Set(warnings.filter(({ cleared }) => cleared === null).map(({ kind }) => kind));
  return ['diverged', 'complete collapse', 'dimensional collapse'].find((kind) => kinds.has(kind)) ?? 'healthy';
}

/** The worst thing that the watch ever said, taken back or not. */
function everSaid({ warnings }) {
  const kinds = new Set(warnings.map(({ kind }) => kind));
  return ['diverged', 'complete collapse', 'dimensional collapse'].find((kind) => kinds.has(kind)) ?? 'healthy';
}

/** Each way to ask the doctor, and the layer whose outcome it is held against. */
export const readings = {
  'z at step 200': { layer: 'z', said: (run) => run.z.early?.verdict },
  'z at the end': { layer: 'z', said: (run) => run.z.end?.verdict },
  'live watch of z, at the end': { layer: 'z', said: standing },
  'live watch of z, ever': { layer: 'z', said: everSaid },
  'h at step 200': { layer: 'h', said: (run) => run.h.early?.verdict },
  'h at the end': { layer: 'h', said: (run) => run.h.end?.verdict },
};

/** 95 % interval of a share by Wilson's score. */
export function wilson(hits, count) {
  if (count === 0) return [Number.NaN, Number.NaN];
  const [z, share] = [1.96, hits / count];
  const middle = share + (z * z) / (2 * count);
  const half = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return [(middle - half) / (1 + (z * z) / count), (middle + half) / (1 + (z * z) / count)];
}

/** Sensitivity and specificity for `kind`: is it called where it is, and not where it is not. */
function rates(runs, layer, said, isKind) {
  const ill = runs.filter((run) => isKind(run[layer].outcome.name));
  const well = runs.filter((run) => !isKind(run[layer].outcome.name));
  const hits = ill.filter((run) => isKind(said(run))).length;
  const rejections = well.filter((run) => !isKind(said(run))).length;
  return {
    sensitivity: { hits, of: ill.length, interval: wilson(hits, ill.length) },
    specificity: { hits: rejections, of: well.length, interval: wilson(rejections, well.length) },
  };
}

const kinds = {
  'complete collapse': (name) => name === 'complete collapse',
  'dimensional collapse': (name) => name === 'dimensional collapse',
  'either collapse': (name) => name === 'complete collapse' || name === 'dimensional collapse',
};

/** All readings: counts by outcome and verdict, and the rates of each kind. */
export function confusion(results) {
  return Object.fromEntries(
    Object.entries(readings).map(([name, { layer, said }]) => {
      const runs = results.filter((run) => said(run) !== undefined);
      const counts = Object.fromEntries(
        classes.map((outcome) => [
          outcome,
          Object.fromEntries(
            [...classes, 'too early'].map((verdict) => [
              verdict,
              runs.filter((run) => run[layer].outcome.name === outcome && said(run) === verdict).length,
            ]),
          ),
        ]),
      );
      const rateOf = Object.fromEntries(
        Object.entries(kinds).map(([kind, isKind]) => [kind, rates(runs, layer, said, isKind)]),
      );
      return [name, { counts, rates: rateOf }];
    }),
  );
}

const percent = (value) => (Number.isNaN(value) ? '–' : `${(100 * value).toFixed(0)} %`);
const rate = ({ hits, of, interval }) =>
  of === 0 ? '–' : `${hits} of ${of} (${percent(interval[0])} to ${percent(interval[1])})`;
const row = (cells) => `| ${cells.join(' | ')} |`;
const head = (cells) => [row(cells), row(cells.map(() => '---'))];
const digits = (value, count = 2) =>
  value === undefined || value === null || Number.isNaN(value) ? '–' : value.toFixed(count);

function matrixTable(name, { counts, rates: rateOf }) {
  const present = classes.filter((outcome) => Object.values(counts[outcome]).some((count) => count > 0));
  const verdicts = [...classes, 'too early'].filter((verdict) =>
    classes.some((outcome) => counts[outcome][verdict] > 0),
  );
  return [
    `### ${name}`,
    '',
    ...head(['became (down), doctor said (across)', ...verdicts]),
    ...present.map((outcome) => row([outcome, ...verdicts.map((verdict) => counts[outcome][verdict])])),
    '',
    ...head(['', 'sensitivity (95 % interval)', 'specificity (95 % interval)']),
    ...Object.entries(rateOf).map(([kind, { sensitivity, specificity }]) =>
      row([kind, rate(sensitivity), rate(specificity)]),
    ),
    '',
  ];
}

/** First warning that was not taken back. */
const lasting = ({ warnings }) => warnings.find(({ cleared }) => cleared === null);

const middle = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};

/** A kNN accuracy that fell this early never rose above that of the untrained encoder. */
const atOnce = 40;

/** The table below in one sentence. */
function leadSummary(results) {
  const ill = results.filter((run) => /collapse/.test(run.z.outcome.name));
  const warned = ill.filter(lasting);
  const fell = ill.filter(({ probes }) => probes.knn.fell !== null);
  const later = fell.filter((run) => run.probes.knn.fell > atOnce && lasting(run));
  const leads = later.map((run) => run.probes.knn.fell - lasting(run).step);
  const times = warned.map((run) => lasting(run).step);
  const range =
    leads.length > 0
      ? `${Math.min(...leads)} to ${Math.max(...leads)} steps after the warning, ${middle(leads)} in the median`
      : '-';
  return `${warned.length} of ${ill.length} collapses of z had a lasting warning, at step ${middle(times)} in the median. kNN never fell in ${ill.length - fell.length}, fell within ${atOnce} steps in ${fell.length - later.length}, and in ${later.length} it fell ${range}.`;
}

function leadTable(results) {
  const ill = results.filter((run) => /collapse/.test(run.z.outcome.name));
  return [
    ...head(['run', 'z became', 'first lasting warning', 'kNN fell at', 'linear probe fell at', 'lead over kNN']),
    ...ill.map((run) => {
      const warning = lasting(run);
      const { knn, linear } = run.probes;
      const lead =
        warning && knn.fell !== null
          ? `${knn.fell - warning.step} steps`
          : knn.fell === null
            ? 'kNN never fell'
            : 'no warning';
      return row([
        `${run.dataset}, ${run.recipe}`,
        run.z.outcome.name,
        warning ? `${warning.step} (${warning.kind})` : '–',
        knn.fell ?? '–',
        linear.fell ?? '–',
        lead,
      ]);
    }),
  ];
}

/** What the verdict on h is worth: whether the kNN accuracy of h ended at least two points above that of the untrained encoder. */
function useTable(results) {
  const rows = ['healthy', 'dimensional collapse', 'complete collapse', 'diverged'].flatMap((verdict) => {
    const runs = results.filter((run) => run.h.end?.verdict === verdict);
    const learned = runs.filter(({ probes: { knn } }) => knn.last >= knn.first + 0.02).length;
    return runs.length > 0 ? [row([verdict, learned, runs.length - learned])] : [];
  });
  return [...head(['doctor on h, at the end', 'kNN gained 2 points or more', 'it did not']), ...rows];
}

const cell = (run, layer) => {
  const { outcome, end } = run[layer];
  return `${outcome.name} (${digits(outcome.varianceShare, 3)}, ${digits(outcome.participationRatio, 1)}); ${end?.verdict ?? '–'}`;
};

function runTable(results) {
  return [
    ...head([
      'run',
      'z: became (variance share, participation ratio); doctor',
      'h: the same',
      'kNN first',
      'kNN last',
      'watch',
    ]),
    ...results.map((run) =>
      row([
        `${run.dataset}, ${run.recipe}, ${run.seed}`,
        cell(run, 'z'),
        cell(run, 'h'),
        digits(run.probes.knn.first, 3),
        digits(run.probes.knn.last, 3),
        run.warnings
          .map(({ kind, step, cleared }) => `${kind} at ${step}${cleared === null ? '' : `, cleared at ${cleared}`}`)
          .join('; ') || '–',
      ]),
    ),
  ];
}

/** The whole page. */
export function markdown(results, { set, early, fallBy }) {
  const matrices = Object.entries(confusion(results)).flatMap(([name, entry]) => matrixTable(name, entry));
  return `${[
    `# Collapse doctor: ${set}`,
    '',
    `${results.length} runs of 800 steps. What became of a run is decided by outcome.mjs on held-out images at its end; the doctor was asked at step ${early} and at the end, and watched the training batches meanwhile.`,
    '',
    ...matrices,
    '### What the verdict on h is worth',
    '',
    ...useTable(results),
    '',
    '## How early',
    '',
    `A probe has fallen at the first step from which it stays more than ${100 * fallBy} points below the best before.`,
    '',
    leadSummary(results),
    '',
    ...leadTable(results),
    '',
    '## All runs',
    '',
    ...runTable(results),
    '',
  ].join('\n')}`;
}

/** The look of a report: paper by day, slate by night, quiet type, colour only where it carries meaning. */

/** Colours by day. */
export const light = `
  --paper: #fbfaf7; --card: #ffffff; --ink: #1d2126; --soft: #4a525c; --muted: #6b737d; --line: #e3e0d8; --grid: #eceae4;
  --series-1: #2f6fb3; --series-2: #d4702a; --series-3: #2e8b6a; --series-4: #8b5fb8; --series-5: #b4466b; --series-6: #77702a;
  --early: #cddcec; --late: #123f78;
  --good: #1c7a53; --good-paper: #e3f3ea; --warn: #8a5a00; --warn-paper: #fbf0d7; --bad: #b3303a; --bad-paper: #fbe6e6; --none-paper: #eeece6;
  --code: #f3f1ea;`;

/** Colours by night. */
export const dark = `
  --paper: #14171b; --card: #1b1f25; --ink: #e8e6e1; --soft: #bcc2c9; --muted: #939ba5; --line: #2f353d; --grid: #282d34;
  --series-1: #6ea8e6; --series-2: #f0975a; --series-3: #5cc09a; --series-4: #b995e6; --series-5: #e8829f; --series-6: #c4b75c;
  --early: #31455e; --late: #a9d0ff;
  --good: #66d1a0; --good-paper: #16352a; --warn: #f0c062; --warn-paper: #3a2f14; --bad: #ff8c8c; --bad-paper: #40201f; --none-paper: #2a2f36;
  --code: #1f242b;`;

/** Ten class colours that read on both papers. */
const classes = `
  --class-1: #4e8fd6; --class-2: #e58a3c; --class-3: #3fa27d; --class-4: #d65a5a; --class-5: #9873cc;
  --class-6: #a9835f; --class-7: #d977b0; --class-8: #8a9199; --class-9: #a9a532; --class-10: #35a9bd;`;

const dimensions = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55; font-size: 16px;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1080px; margin: 0 auto; padding: 3.2rem 1.5rem 5rem; }
h1, h2 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Charter, "Bitstream Charter", Georgia, serif;
  font-weight: 600; line-height: 1.15; letter-spacing: -0.01em; text-wrap: balance; }
h1 { font-size: clamp(2rem, 5vw, 3rem); margin: 0.1em 0 0.35em; }
h1 .on { color: var(--muted); font-weight: 400; }
h2 { font-size: 1.6rem; margin: 0 0 0.9rem; }
h3 { font-size: 0.98rem; font-weight: 600; margin: 0; }
p { margin: 0 0 0.9em; }
section { margin-top: 3.2rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.kicker { margin: 0; color: var(--muted); font-size: 0.86rem; letter-spacing: 0.02em; overflow-wrap: anywhere; }
.meta { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1.1rem; color: var(--soft); font-size: 0.95rem; }
.lead { max-width: 44rem; font-size: 1.1rem; color: var(--soft); }
.hint { max-width: 44rem; color: var(--soft); }
.contents { margin-top: 1.6rem; } .contents ul { columns: 17rem; column-gap: 2rem; margin: 0; padding: 0; list-style: none; font-size: 0.95rem; }
.contents li { break-inside: avoid; padding: 0.15rem 0; }
.contents a { color: var(--soft); text-decoration-color: var(--line); text-underline-offset: 0.2em; } .contents a:hover { color: var(--ink); }`;

const verdicts = `
.badge { display: inline-block; padding: 0.12em 0.7em; border-radius: 99px; font-size: 0.88rem; font-weight: 600; white-space: nowrap;
  color: var(--soft); background: var(--none-paper); }
.badge.healthy { color: var(--good); background: var(--good-paper); }
.badge.warning { color: var(--warn); background: var(--warn-paper); }
.badge.collapsed { color: var(--bad); background: var(--bad-paper); }
.verdict { max-width: 46rem; border-left: 3px solid var(--muted); padding: 0.1rem 0 0.1rem 1rem; margin: 1.2rem 0; color: var(--soft); }
.verdict.healthy { border-color: var(--good); } .verdict.warning { border-color: var(--warn); } .verdict.collapsed { border-color: var(--bad); }
.verdict p { margin: 0; font-size: 1.05rem; color: var(--ink); }
.verdict ul { margin: 0.4rem 0 0; padding-left: 1.1rem; font-size: 0.92rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(142px, 1fr)); gap: 0 1px; margin: 2rem 0 0; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.card { display: grid; grid-row: span 3; grid-template-rows: subgrid; align-content: start; box-shadow: 0 0 0 1px var(--line); padding: 0.85rem 0.9rem 0.8rem; min-width: 0; }
.card dt { font-size: 0.8rem; color: var(--muted); align-self: end; line-height: 1.3; }
.card dd { margin: 0; }
.value { font-size: 1.55rem; font-weight: 600; letter-spacing: -0.01em; line-height: 1.3; white-space: nowrap; }
.note { font-size: 0.8rem; color: var(--muted); min-height: 1.3em; }

.note b { display: block; color: var(--soft); font-weight: 600; white-space: nowrap; }
.arms { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr)); gap: 1rem; margin-top: 2rem; }
.arm { background: var(--card); border: 1px solid var(--line); border-top: 4px solid var(--arm); border-radius: 8px; padding: 0.9rem 1.1rem; }
.arm p { margin: 0.25rem 0; } .arm .value { font-size: 1.9rem; } .arm .value span { font-size: 0.9rem; font-weight: 400; color: var(--muted); }
.arm .note { font-size: 0.88rem; } .arm .why { font-size: 0.92rem; color: var(--soft); margin-top: 0.5rem; }`;

const charts = `
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 430px), 1fr)); gap: 1.2rem; }
.single { max-width: 640px; }
figure { margin: 0; }
.chart { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.95rem 1.1rem 0.9rem; min-width: 0;
  break-inside: avoid; }
.chart-head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0.15rem 1rem; margin-bottom: 0.35rem; }
.chart figcaption { font-size: 0.84rem; color: var(--muted); line-height: 1.45; margin-top: 0.45rem; }
.plot { display: block; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; width: 100%; height: auto; overflow: visible; }
.plot text { white-space: pre; fill: var(--muted); }
.plot .plot-label text { fill: var(--soft); } .plot .plot-number text { fill: var(--ink); }
.legend { display: flex; flex-wrap: wrap; gap: 0 0.9rem; margin: 0; padding: 0; list-style: none; font-size: 0.82rem; color: var(--soft); }
.legend li { white-space: nowrap; }
.swatch { display: inline-block; width: 1.15rem; height: 0; border-top: 3px solid currentColor; border-radius: 2px; vertical-align: 0.22em; margin-right: 0.35rem; }
.swatch.dashed, .swatch.dotted { border: 0; height: 2px; background: repeating-linear-gradient(90deg, currentColor 0 5px, transparent 5px 8px); }
.swatch.dotted { background: repeating-linear-gradient(90deg, currentColor 0 2px, transparent 2px 5px); }
.swatch.dot { border: 0; width: 0.6rem; height: 0.6rem; border-radius: 50%; background: currentColor; vertical-align: 0; }
.ramp { margin: 0; font-size: 0.82rem; color: var(--soft); white-space: nowrap; }
.ramp .bar { display: inline-block; width: 4.5rem; height: 0.55rem; border-radius: 3px; margin: 0 0.35rem; background: linear-gradient(in oklab to right, var(--early), var(--late)); }
.ramp.wrap { white-space: normal; } .ramp.wrap > span { white-space: nowrap; }
.crossed { display: inline-block; width: 0.8rem; height: 0.8rem; margin-left: 0.5rem; vertical-align: -0.1em;
  background: linear-gradient(to bottom right, transparent 46%, var(--muted) 46% 54%, transparent 54%), var(--none-paper); }`;

const pictures = `
.tile { position: relative; min-width: 0; }
.tile img { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: cover; border-radius: 6px; background: var(--none-paper); }
.tile img.pixels { image-rendering: pixelated; }
.tile.right img { box-shadow: 0 0 0 3px var(--good); } .tile.wrong img { box-shadow: 0 0 0 3px var(--bad); }
.tile figcaption { margin-top: 0.35rem; font-size: 0.74rem; color: var(--muted); line-height: 1.25; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.tile.query figcaption { color: var(--ink); font-weight: 600; font-size: 0.82rem; }
.mark { position: absolute; top: -0.45rem; right: -0.45rem; width: 1.15rem; height: 1.15rem; border-radius: 50%; font-size: 0.72rem; line-height: 1.15rem;
  text-align: center; font-weight: 700; color: var(--paper); background: var(--bad); }
.right .mark { background: var(--good); }
.gallery { display: grid; gap: 1.5rem; }
.neighbours { display: grid; grid-template-columns: 104px repeat(var(--k), minmax(0, 92px)); gap: 0.9rem; align-items: start; break-inside: avoid; }
.neighbours .query { padding-right: 0.9rem; border-right: 1px solid var(--line); }
.view-groups { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 1.4rem 2.4rem; }
.views { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 0.7rem; break-inside: avoid; }
.attacked figcaption { white-space: normal; overflow-wrap: anywhere; } .attacked b { color: var(--ink); font-size: 0.82rem; }
.attacked .neighbours .query { grid-row: span var(--lines); } .growing { margin: 1.8rem 0 1rem; }
.arm-group { display: grid; grid-template-columns: 104px minmax(0, 1fr); gap: 1.4rem; align-items: start; break-inside: avoid; padding-top: 1.2rem; border-top: 1px solid var(--line); }
.arm-group > div { display: grid; gap: 0.8rem; }
.arm-row { display: grid; grid-template-columns: 9.5rem repeat(var(--k), minmax(0, 76px)); gap: 0.8rem; align-items: center; }
.tile .label { display: block; overflow: hidden; text-overflow: ellipsis; color: var(--soft); }
.arm-row .tile figcaption { font-size: 0.7rem; }
.arm-name { font-size: 0.88rem; color: var(--soft); }
.scores { margin: 0 0 1.2rem; padding-left: 1.1rem; color: var(--soft); font-size: 0.95rem; }`;

/**
 * Films: frames side by side, moved past a window in steps. A number is animated rather than the transform, for
 * which browsers make a layer as long as the film, and leave it blank.
 * Who prefers reduced motion sees them stand until they press play.
 */
const rollouts = `
.screen { position: relative; }
.stage { display: block; width: 100%; height: auto; overflow: hidden; border-radius: 6px; background: var(--paper); }
.stage, .stills svg { font: 25px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--soft); text-anchor: middle; }
.stage .clock { text-anchor: end; } .stills svg { font-size: 0; }
.floor { fill: var(--grid); } .ground-lines { fill: none; stroke: var(--muted); stroke-width: 1.5; stroke-opacity: 0.5; }
.ground-start { fill: none; stroke: var(--muted); stroke-width: 3; } .ground-goal { fill: var(--series-5); stroke: var(--series-5); stroke-width: 4; stroke-linejoin: round; }
.shadow { fill: none; stroke: var(--ink); stroke-opacity: 0.13; stroke-width: 16; stroke-linecap: round; stroke-linejoin: round; }
.asked { fill: none; stroke: var(--good); stroke-width: 7; stroke-linecap: round; stroke-linejoin: round; stroke-opacity: 0.75; }
.rollout :is(.t, .g, .l0, .l1, .l2, .l3) { fill: color-mix(in oklab, var(--limb) 72%, var(--card)); stroke: color-mix(in oklab, var(--limb) 55%, var(--ink)); stroke-width: 2.5; stroke-linejoin: round; }
.t { --limb: var(--muted); } .g { --limb: var(--series-5); } .l0 { --limb: var(--series-1); } .l1 { --limb: var(--series-2); } .l2 { --limb: var(--series-3); } .l3 { --limb: var(--series-4); }
@property --shown { syntax: "<number>"; inherits: false; initial-value: 0; }
@keyframes film { to { --shown: 1; } }
.film { transform: translateX(calc(var(--shown) * var(--film))); animation: film 10s infinite; }
.pause { position: absolute; opacity: 0; width: 1px; height: 1px; margin: 0; }
.pause-label { position: absolute; top: 0.45rem; left: 0.5rem; padding: 0.05rem 0.6rem; border: 1px solid var(--line); border-radius: 99px; background: var(--card); color: var(--soft); font-size: 0.78rem; cursor: pointer; }
.pause:focus-visible + .pause-label { outline: 2px solid var(--series-1); outline-offset: 2px; }
.pause:checked ~ .stage .film { animation-play-state: paused; } .pause-label .go, .pause:checked + .pause-label .stop { display: none; } .pause:checked + .pause-label .go { display: inline; }
@media (prefers-reduced-motion: reduce) {
  .film { animation-play-state: paused; } .pause:checked ~ .stage .film { animation-play-state: running; }
  .pause-label .stop, .pause:checked + .pause-label .go { display: none; } .pause-label .go, .pause:checked + .pause-label .stop { display: inline; }
}
.stills { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0.5rem; margin-top: 0.5rem; }
.stills svg { display: block; width: 100%; height: auto; border-radius: 4px; background: var(--paper); }
.stills span { display: block; font-size: 0.74rem; color: var(--muted); text-align: center; }
.ring { display: inline-block; width: 0.7rem; height: 0.7rem; border: 2px solid var(--muted); border-radius: 50%; margin: 0 0.3rem 0 0.4rem; vertical-align: -0.05em; }
.stacked { margin-bottom: 1.2rem; } .stacked td:last-child { white-space: normal; }`;

const text = `
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--series-1); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
caption { text-align: left; padding: 0.8rem 1rem 0.5rem; color: var(--muted); font-size: 0.84rem; }
th, td { padding: 0.5rem 1rem; text-align: right; border-top: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
th { font-weight: 600; } thead th { color: var(--soft); font-size: 0.86rem; } tbody th { text-align: left; font-weight: 500; }
table.text td, table.text thead th { text-align: left; }
table.text th, table.text td:not(:last-child) { white-space: normal; min-width: 9rem; }
table.dense { font-size: 0.8rem; } .dense th, .dense td { padding: 0.4rem 0.42rem; } .dense th:first-child { text-align: left; padding-left: 1rem; }
.tasks tbody th { white-space: nowrap; } .dense td.words { white-space: normal; min-width: 7.5rem; } .dense thead th { white-space: normal; vertical-align: bottom; }
table.plain td { text-align: left; white-space: normal; overflow-wrap: anywhere; width: 100%; } table.plain th { color: var(--muted); font-weight: 500; }
pre { margin: 0.5rem 0 1.1rem; padding: 0.8rem 1rem; background: var(--code); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto;
  font: 0.86rem/1.5 ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; } pre.command code::before { content: "$ "; color: var(--muted); }
summary { cursor: pointer; color: var(--soft); padding: 0.3rem 0; }
.numbers { margin-top: 1.1rem; } .numbers .scroll { margin-top: 0.5rem; }
.missing { color: var(--soft); padding-left: 1.1rem; }`;

const adaptations = `
@media (max-width: 700px) {
  main { padding: 1.8rem 1rem 3rem; }
  section { margin-top: 2.2rem; }
  .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); } .value { font-size: 1.35rem; }
  .chart { padding: 0.8rem 0.7rem; }
  .plot { font-size: 15px; } .stage { font-size: 34px; }
  .neighbours { grid-template-columns: 84px repeat(4, minmax(0, 1fr)); gap: 0.8rem 0.7rem; }
  .neighbours .query { grid-row: span 2; padding-right: 0.6rem; }
  .attacked .neighbours { grid-template-columns: 84px repeat(3, minmax(0, 1fr)); } .attacked .neighbours .query { grid-row: span var(--narrow-lines); }
  .arm-group { grid-template-columns: minmax(0, 1fr); gap: 0.9rem; } .arm-group > .query { display: flex; gap: 0.8rem; align-items: center; }
  .arm-group > .query img { width: 72px; } .arm-row .mark { width: 0.8rem; height: 0.8rem; line-height: 0.8rem; font-size: 0.55rem; top: -0.3rem; right: -0.3rem; }
  .arm-row { grid-template-columns: repeat(var(--k), minmax(0, 1fr)); gap: 0.6rem; } .arm-name { grid-column: 1 / -1; margin-bottom: -0.2rem; }
  .arm-row .label { display: none; }
  .card:last-child:nth-child(odd) { grid-column: 1 / -1; }
  table { font-size: 0.82rem; } th, td { padding: 0.45rem; } table:not(.text) .swatch { display: block; margin: 0.3rem 0 0.3rem auto; } thead th, tbody th { white-space: normal; }
  table.text thead { display: none; } table.text tr { display: block; border-top: 1px solid var(--line); padding: 0.5rem 0; }
  table.text tbody th, table.text td { display: block; border: 0; padding: 0.15rem 0.9rem; }
  table.text [data-label]::before { content: attr(data-label) ": "; color: var(--muted); }
}
@media print {
  @page { margin: 14mm; }
  :root { color-scheme: light; }
  body { font-size: 10.5pt; background: #fff; } main { max-width: none; padding: 0 0.5rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .film { animation: none; } .pause-label { display: none; }
  .charts { grid-template-columns: 1fr 1fr; } h2 { break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; } .scroll { overflow: visible; }
  table { font-size: 8pt; } th, td { padding: 0.3rem 0.45rem; white-space: normal; } .plot { font-size: 15px; }
}`;

/** The page's style sheet. Dark colours are for screens only: a printed report is always on white. */
export const style = `
:root { color-scheme: light dark; ${light} ${classes} }
@media screen and (prefers-color-scheme: dark) { :root { ${dark} } }
${dimensions}${verdicts}${charts}${pictures}${rollouts}${text}${adaptations}
`;

/** The gallery's looks. Figures keep their white paper in the dark too. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c1c1e; --soft: #5a5a62; --line: #d5d5da; --tint: #f3f4f6; --link: #0b5cad; --mark: #8a4b00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16171a; --ink: #e8e8ea; --soft: #a9abb3; --line: #3c3e45; --tint: #212329; --link: #8ec1ff; --mark: #ffc27a; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, "DejaVu Sans", sans-serif; }
main, header, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 0.75rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 0.25rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2.25rem 0 0.5rem; }
a { color: var(--link); }
p, dl { max-width: 48rem; }
.soft { color: var(--soft); }
.files a, figcaption a { margin-right: 0.3rem; }
.mark { color: var(--mark); font-weight: 600; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.5rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
nav ul { padding-left: 1.2rem; columns: 18rem auto; max-width: 60rem; }
figure { margin: 0; }
.paper { background: #ffffff; border: 1px solid var(--line); border-radius: 6px; padding: 0.5rem; overflow-x: auto; min-height: 4rem; }
.paper img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figcaption, .files { font-size: 0.9rem; color: var(--soft); margin: 0.4rem 0; }
button { font: inherit; font-size: 0.9rem; padding: 0.2rem 0.7rem; border: 1px solid var(--line); border-radius: 6px; background: var(--tint); color: var(--ink); cursor: pointer; margin-right: 0.6rem; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; padding: 0.5rem 0.75rem; }
table { border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
caption { caption-side: bottom; text-align: left; color: var(--soft); padding-top: 0.6rem; max-width: 60rem; }
caption strong { display: none; }
th { white-space: normal; vertical-align: bottom; }
th, td { padding: 0.2rem 0.7rem; border-bottom: 1px solid var(--line); }
td { white-space: nowrap; vertical-align: top; }
tbody tr:hover { background: var(--tint); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.2rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; }
footer { margin-top: 3rem; padding-bottom: 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.9rem; }
`;

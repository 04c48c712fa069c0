/// The style sheet of all pages, for light and dark screens, phones and paper.
enum PageStyle {
  static let text = """
    :root { color-scheme: light dark; --text: #1c1f23; --soft: #57606a; --ground: #f6f7f8; --card: #fff; --edge: #dfe2e5;
      --first: #1f62d0; --second: #b45309; --good: #18703f; --bad: #b3261e; --even: #57606a; --tint: #eef4ff; --found: #e8f5ec; }
    @media screen and (prefers-color-scheme: dark) { :root { --text: #e8eaed; --soft: #a3adb7; --ground: #14171a;
      --card: #1b1f23; --edge: #343b42; --first: #79aefc; --second: #f0a35e; --good: #5bd08f; --bad: #ff8f86; --even: #a9b1b9;
      --tint: #1d2a3f; --found: #173122; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--ground); color: var(--text);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
    main { max-width: 62rem; margin: 0 auto; padding: 2.2rem 1.25rem; }
    h1 { margin: 0 0 .75rem; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
    h2 { margin: 0 0 .6rem; font-size: 1.15rem; }
    h3 { margin: 1.2rem 0 .4rem; font-size: 1rem; }
    h2 + h3 { margin-top: .2rem; }
    h4 { margin: 0 0 .3rem; font-size: .85rem; color: var(--soft); font-weight: 600; }
    p { margin: 0; }
    a { color: var(--first); }
    :focus-visible { outline: 2px solid var(--first); outline-offset: 2px; }
    main > section { background: var(--card); border: 1px solid var(--edge); border-radius: .6rem; padding: 1.1rem 1.25rem;
      margin: 1.1rem 0; }
    .kind { color: var(--soft); font-size: .9rem; }
    .verdict { padding: .8rem 1rem; border-radius: .6rem; border: 1px solid var(--edge); border-left: .4rem solid var(--even);
      background: var(--card); font-weight: 600; font-size: 1.05rem; overflow-wrap: anywhere; }
    .verdict.improved { border-left-color: var(--good); color: var(--good); }
    .verdict.worse { border-left-color: var(--bad); color: var(--bad); }
    .remark { margin-top: .6rem; }
    nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: 1rem 0 0; padding: 0; list-style: none;
      font-size: .9rem; }
    nav a { display: inline-block; padding: .25rem 0; }
    .note, footer { color: var(--soft); font-size: .875rem; }
    .note { margin: .4rem 0; overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
    th { text-align: left; color: var(--soft); font-weight: 500; vertical-align: bottom; }
    th, td { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--edge); }
    th:last-child, td:last-child { padding-right: 0; }
    tbody tr:last-child td { border-bottom: 0; }
    td { vertical-align: top; }
    td:not(.number) { overflow-wrap: anywhere; }
    .scroll + h3 { margin-top: 1.6rem; }
    .number { text-align: right; white-space: nowrap; }
    .improved td:last-child { color: var(--good); font-weight: 600; }
    .worse td:last-child { color: var(--bad); font-weight: 600; }
    :is(.promoted, .refused, .rolledBack, .pruned) td:nth-child(-n + 3) { white-space: nowrap; }
    :is(.promoted, .refused, .rolledBack, .pruned) td:last-child { min-width: 5.5rem; }
    .promoted td:nth-child(2) { color: var(--good); font-weight: 600; }
    .refused td:nth-child(2) { color: var(--bad); font-weight: 600; }
    .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.2rem 1.6rem;
      margin-top: .6rem; }
    figure { margin: 0; min-width: 0; max-width: 34rem; }
    figcaption { font-size: .9rem; font-weight: 600; }
    .key { white-space: nowrap; margin-left: .5rem; font-weight: 400; color: var(--soft); }
    .key::before { content: ""; display: inline-block; width: .8em; height: .8em; margin-right: .3em; border-radius: .15em;
      background: var(--first); vertical-align: -.05em; }
    .key.bars1::before { background: var(--second); }
    .key.faint::before { opacity: .4; }
    .key.rolled::before { background: var(--even); }
    .key.refused::before { background: none; border: 2px solid var(--bad); border-radius: 50%; box-sizing: border-box; }
    svg { display: block; width: 100%; height: auto; margin-top: .3rem; }
    svg text { fill: var(--soft); font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      font-variant-numeric: tabular-nums; }
    svg .y, svg .level, svg .last { text-anchor: end; }
    svg .x:not(.first):not(.last) { text-anchor: middle; }
    svg .grid { stroke: var(--edge); }
    svg .reference { stroke: var(--even); stroke-dasharray: 4 4; }
    svg .curve { fill: none; stroke: var(--first); stroke-width: 2; stroke-linejoin: round; }
    svg .faint { stroke-width: 1; opacity: .4; }
    svg .series1 { stroke: var(--second); }
    svg .dot, svg .bars0 { fill: var(--first); }
    svg .bars1 { fill: var(--second); }
    svg .rolled { fill: var(--even); }
    svg .refused { fill: var(--card); stroke: var(--bad); stroke-width: 2; }
    svg rect { fill-opacity: .55; }
    .text { overflow-wrap: anywhere; overflow: hidden; unicode-bidi: plaintext; }
    .query { border-top: 1px solid var(--edge); padding: .5rem 0; }
    summary { cursor: pointer; overflow-wrap: anywhere; padding: .15rem 0; }
    .change { display: inline-block; min-width: 4.2em; font-weight: 600; font-variant-numeric: tabular-nums; }
    .gain { color: var(--good); }
    .loss { color: var(--bad); }
    .moves { margin: .2rem 0 .6rem; padding: 0; list-style: none; font-size: .875rem; overflow-wrap: anywhere; }
    .sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem 1.6rem; }
    .sides > div { min-width: 0; }
    .sides ol { margin: 0; padding-left: 1.6em; font-size: .875rem; }
    .sides li { margin: .35rem 0; padding: .25rem .5rem; border-radius: .35rem; }
    .sides li.relevant { background: var(--found); }
    .id { color: var(--soft); overflow-wrap: anywhere; }
    .grade { display: inline-block; padding: 0 .45em; border: 1px solid currentColor; border-radius: 1em; font-size: .75rem;
      color: var(--soft); }
    .grade.relevant { color: var(--good); font-weight: 600; }
    .pairs { margin: 0; padding: 0; list-style: none; }
    .pairs > li { border-top: 1px solid var(--edge); padding: .6rem 0; break-inside: avoid; }
    .pairs dl { display: grid; grid-template-columns: 9.5rem 1fr; gap: .25rem 1rem; margin: .3rem 0 0; font-size: .875rem; }
    .score { font-variant-numeric: tabular-nums; }
    dl.facts { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .3rem 1.2rem; margin: 0;
      font-size: .9rem; }
    dt { color: var(--soft); }
    dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
    pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere;
      font: .85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
    footer { margin-top: 1.5rem; }
    @media (max-width: 40rem) {
      main { padding: 1.2rem .75rem; }
      main > section { padding: .9rem .8rem; }
      .sides { grid-template-columns: 1fr; }
      .pairs dl, dl.facts { grid-template-columns: 1fr; gap: 0; }
      .pairs dd, .facts dd { margin-bottom: .45rem; }
      table.wide, .wide tbody, .wide tr, .wide td { display: block; }
      .wide thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .wide tr { padding: .5rem 0; border-bottom: 1px solid var(--edge); }
      .wide tr:last-child { border-bottom: 0; }
      .wide td { display: flex; justify-content: space-between; gap: 1rem; padding: .12rem 0; border: 0; text-align: right;
        white-space: normal; overflow-wrap: anywhere; }
      .wide td::before { content: attr(data-name); flex: none; max-width: 45%; color: var(--soft); font-weight: 400;
        text-align: left; }
    }
    @page { margin: 14mm; }
    @media print {
      :root { color-scheme: light; }
      html { font-size: 10.5px; }
      body { background: none; font-size: 1rem; }
      .scroll { overflow: visible; }
      th, td { padding-right: .6rem; }
      main { max-width: none; padding: 0; }
      main > section { border: 0; border-top: 1px solid var(--edge); border-radius: 0; padding: .8rem 0; margin: .6rem 0; }
      nav { display: none; }
      h2, h3, h4, summary, h3 + .note { break-after: avoid; }
      figure, tr, .verdict, .sides li { break-inside: avoid; }
      .plots { grid-template-columns: 1fr 1fr; }
      .verdict, .grade, .sides li, .key::before, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      details:not([open])::details-content { content-visibility: visible; height: auto; block-size: auto; display: block; }
    }
    """
}

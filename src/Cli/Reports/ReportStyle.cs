namespace RedGen.Cli.Reports;

/// <summary>The style sheet of the HTML report: system fonts, two palettes, one column that narrows to a phone.</summary>
internal static class ReportStyle
{
    /// <summary>The rules. No child combinator: a greater-than sign would be escaped.</summary>
    public const string Css = """

        :root { color-scheme: light dark; --page: #fbfbf9; --card: #ffffff; --text: #1b1b19; --soft: #5b5a55; --line: #dfded8;
          --before: #bdbbb2; --after: #1f6db3; --mark: #b4500b; }
        @media (prefers-color-scheme: dark) { :root { --page: #141413; --card: #1d1d1b; --text: #ecebe6; --soft: #a8a69e; --line: #383733;
          --before: #5e5c55; --after: #64a8ea; --mark: #f2a15c; } }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--page); color: var(--text);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
        h2 { margin: 2.5rem 0 .5rem; font-size: 1.15rem; }
        p { margin: .4rem 0; max-width: 46rem; }
        .soft { color: var(--soft); }
        code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; unicode-bidi: isolate; }
        a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
        .cards li { padding: .8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
        .cards strong { display: block; font-size: 1.5rem; line-height: 1.3; font-weight: 600; }
        .cards span { display: block; color: var(--soft); font-size: .87rem; }
        .wide { overflow-x: auto; margin: .5rem 0; }
        table { width: 100%; border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
        caption { padding: .2rem 0 .4rem; text-align: left; color: var(--soft); }
        th, td { padding: .28rem .6rem .28rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; }
        thead th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
        th:last-child, td:last-child { padding-right: 0; }
        .n { text-align: right; white-space: nowrap; }
        .totals th { font-weight: 500; }
        .bars th { width: 1%; white-space: nowrap; font-weight: 500; }
        .bars td.n, .bars th.n { width: 1%; padding-left: .6rem; padding-right: 0; }
        .bars td.bar { min-width: 4.5rem; vertical-align: middle; }
        .bar svg { display: block; width: 100%; height: .8rem; }
        .steps { min-width: 58rem; }
        .steps td { overflow-wrap: break-word; }
        .b { fill: var(--before); }
        .a { fill: var(--after); }
        .k { display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 0; border-radius: 2px; background: var(--before); vertical-align: -.05em; }
        .k.after { background: var(--after); }
        .k.dot { border-radius: 50%; background: var(--after); transform: scale(.7); }
        .k.mark { background: var(--mark); }
        .key span { display: inline-block; margin-right: 1.1rem; }
        details { margin: .5rem 0; padding: 0 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
        summary { padding: .6rem 0; cursor: pointer; overflow-wrap: anywhere; }
        summary strong { margin-right: .4rem; }
        details .layer { padding-bottom: .9rem; }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: .35rem 1.25rem; margin: .2rem 0 .8rem; }
        .facts div { border-top: 1px solid var(--line); padding-top: .2rem; }
        .facts .full { grid-column: 1 / -1; }
        dt { color: var(--soft); font-size: .8rem; }
        dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        figure { margin: 0; }
        figcaption { color: var(--soft); font-size: .87rem; }
        .plot { display: block; width: 100%; height: 9.5rem; }
        .plot path { vector-effect: non-scaling-stroke; }
        .plot .d { fill: none; stroke: var(--after); stroke-width: 2; stroke-linejoin: round; }
        .plot .e { fill: none; stroke: var(--after); stroke-width: 7; stroke-linecap: round; }
        .plot .t { fill: none; stroke: var(--mark); stroke-width: 1.5; }
        .plot .x { fill: none; stroke: var(--soft); stroke-width: 1; }
        .axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .8rem; font-variant-numeric: tabular-nums; }
        @media (max-width: 32rem) {
          body { padding: 1rem .75rem 3rem; font-size: 14px; }
          .cards { grid-template-columns: 1fr 1fr; gap: .5rem; }
          .cards li { padding: .6rem .7rem; }
          .cards strong { font-size: 1.25rem; }
          table { font-size: .8rem; }
          .totals th:not(:last-child), .totals td:not(:last-child) { padding-right: .35rem; }
          .bars td.n, .bars th.n { padding-left: .45rem; }
          details { padding: 0 .75rem; }
          .facts { grid-template-columns: 1fr 1fr; }
        }
        @media print { body { max-width: none; } details { break-inside: avoid; } }

        """;
}

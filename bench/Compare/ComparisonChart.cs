using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Reports;

namespace RedGen.Bench.Compare;

/// <summary>The results as one self-contained page: a bar a model, from the line where both are equally fast, on a logarithmic scale.</summary>
internal static class ComparisonChart
{
    /// <summary>Powers of two on either side of the line that the bars have room for.</summary>
    private const double Octaves = 5;

    private const string Css = """

        .race td.bar { width: 45%; }
        .race .line { stroke: var(--text); stroke-width: 1; vector-effect: non-scaling-stroke; }
        .race .grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
        .race .slow { fill: var(--mark); }
        .race svg { height: 1.1rem; }

        """;

    /// <summary>The page.</summary>
    public static string Html(Comparison comparison, IReadOnlyList<ModelTimes> all)
    {
        using var html = new HtmlWriter();
        using (html.Open("html", ("lang", "en")))
        {
            using (html.Open("head"))
            {
                html.Void("meta", ("charset", "utf-8"));
                html.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
                html.Element("title", "RedGen beside ONNX Runtime");
                html.Element("style", ReportStyle.Css + Css);
            }

            using (html.Open("body"))
            {
                html.Element("h1", "RedGen beside ONNX Runtime");
                html.Element("p", string.Create(CultureInfo.InvariantCulture, $"Ratio of the shortest times of a call, measured in turns in one process, weights {(comparison.Hashing.Equals("none", StringComparison.OrdinalIgnoreCase) ? "as floats" : "hashed")}. Right of the line RedGen is faster; a step of the grid is a factor of two."), ("class", "soft"));
                WriteTable(html, all);
            }
        }

        return html.ToString();
    }

    private static void WriteTable(HtmlWriter html, IReadOnlyList<ModelTimes> all)
    {
        using HtmlWriter.Scope wide = html.Open("div", ("class", "wide"));
        using HtmlWriter.Scope table = html.Open("table", ("class", "bars race"));
        using (html.Open("thead"))
        using (html.Open("tr"))
        {
            html.Element("th", "model", ("scope", "col"));
            html.Element("td", "");
            foreach (string title in (string[])["ratio", "RedGen µs", "ONNX Runtime µs", "difference"]) html.Element("th", title, ("scope", "col"), ("class", "n"));
        }

        using (html.Open("tbody"))
            foreach (ModelTimes t in all.OrderByDescending(static t => t.Problem is null ? t.Ratio : -1)) WriteRow(html, t);
    }

    private static void WriteRow(HtmlWriter html, ModelTimes t)
    {
        using HtmlWriter.Scope row = html.Open("tr");
        html.Element("th", ComparisonTable.Title(t), ("scope", "row"));
        if (t.Problem is { } problem)
        {
            html.Element("td", problem, ("colspan", "5"), ("class", "soft"));
            return;
        }

        string ratio = t.Ratio.ToString("F2", CultureInfo.InvariantCulture);
        using (html.Open("td", ("class", "bar")))
        using (html.Open("svg", ("viewBox", "0 0 1000 10"), ("preserveAspectRatio", "none"), ("role", "img"), ("aria-label", ratio + " times as fast as ONNX Runtime")))
        {
            for (double o = -Octaves + 1; o < Octaves; o++) Line(html, "grid", Place(o));
            (double from, double to) = t.Ratio >= 1 ? (Place(0), Place(Math.Log2(t.Ratio))) : (Place(Math.Log2(Math.Max(t.Ratio, 1e-9))), Place(0));
            html.Void("rect", ("class", t.Ratio >= 1 ? "a" : "slow"), ("x", Text(from)), ("y", "2"), ("width", Text(Math.Max(2, to - from))), ("height", "6"));
            Line(html, "line", Place(0));
        }

        html.Element("td", ratio, ("class", "n"));
        html.Element("td", ComparisonTable.Number(t.RedGenMin), ("class", "n"));
        html.Element("td", ComparisonTable.Number(t.OrtMin), ("class", "n"));
        html.Element("td", t.MaxDifference.ToString("G2", CultureInfo.InvariantCulture) + (t.Agrees ? "" : " — differs"), ("class", "n"));
    }

    /// <summary>Where a power of two stands.</summary>
    private static double Place(double octaves) => (Math.Clamp(octaves, -Octaves, Octaves) + Octaves) / (2 * Octaves) * 1000;

    private static void Line(HtmlWriter html, string kind, double x) => html.Void("line", ("class", kind), ("x1", Text(x)), ("x2", Text(x)), ("y1", "0"), ("y2", "10"));

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}

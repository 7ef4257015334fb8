using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace RedGen.Cli.Reports;

/// <summary>One row: a name, a bar, and the cells that say the same in figures.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Link">The address of its details in the document; null for none.</param>
/// <param name="Before">The length of the pale bar.</param>
/// <param name="After">The length of the dark one on it.</param>
/// <param name="Label">What the bar says, for those who do not see it.</param>
/// <param name="Cells">The figures.</param>
internal sealed record BarRow(string Name, string? Link, double Before, double After, string Label, IReadOnlyList<string> Cells);

/// <summary>A table whose rows carry a bar each.</summary>
internal static class BarTable
{
    /// <summary>Writes the table; a sentence where it has no rows.</summary>
    public static void Write(HtmlWriter html, string caption, IReadOnlyList<string> titles, IReadOnlyList<BarRow> rows)
    {
        if (rows.Count == 0)
        {
            html.Element("p", "There is nothing to show.", ("class", "soft"));
            return;
        }

        double most = rows.Max(static r => Math.Max(r.Before, r.After));
        using HtmlWriter.Scope table = html.Open("table", ("class", "bars"));
        html.Element("caption", caption);
        using (html.Open("thead"))
        using (html.Open("tr"))
        {
            html.Element("th", "layer", ("scope", "col"));
            html.Element("td", "");
            foreach (string title in titles) html.Element("th", title, ("scope", "col"), ("class", "n"));
        }

        using (html.Open("tbody"))
            foreach (BarRow row in rows) WriteRow(html, row, most);
    }

    private static void WriteRow(HtmlWriter html, BarRow row, double most)
    {
        using HtmlWriter.Scope tr = html.Open("tr");
        using (html.Open("th", ("scope", "row")))
        {
            if (row.Link is null) html.Text(row.Name);
            else html.Element("a", row.Name, ("href", row.Link));
        }

        using (html.Open("td", ("class", "bar")))
        using (html.Open("svg", ("viewBox", "0 0 1000 10"), ("preserveAspectRatio", "none"), ("role", "img"), ("aria-label", row.Label)))
        {
            Bar(html, "b", row.Before, most);
            Bar(html, "a", row.After, most);
        }

        foreach (string cell in row.Cells) html.Element("td", cell, ("class", "n"));
    }

    private static void Bar(HtmlWriter html, string kind, double value, double most)
    {
        if (value <= 0 || most <= 0) return;
        // What is there is seen, however small.
        double length = Math.Max(2, value / most * 1000);
        html.Void("rect", ("class", kind), ("width", length.ToString("0.#", CultureInfo.InvariantCulture)), ("height", "10"));
    }
}

using System.Collections.Generic;
using RedGen.Compiler.Red;
using RedGen.Compiler.Report;
using static RedGen.Cli.Reports.ReportText;

namespace RedGen.Cli.Reports;

/// <summary>The plain tables of the HTML report: steps and certificate.</summary>
internal static class ReportTables
{
    /// <summary>Writes the head of a table.</summary>
    /// <param name="html">Where it goes.</param>
    /// <param name="titles">The columns' titles.</param>
    /// <param name="textColumns">How many of the first are text; the others are figures.</param>
    public static void Head(HtmlWriter html, IReadOnlyList<string> titles, int textColumns)
    {
        using HtmlWriter.Scope head = html.Open("thead");
        using HtmlWriter.Scope row = html.Open("tr");
        for (int i = 0; i < titles.Count; i++)
        {
            if (i < textColumns) html.Element("th", titles[i], ("scope", "col"));
            else html.Element("th", titles[i], ("scope", "col"), ("class", "n"));
        }
    }

    /// <summary>Every step with its kernel and what it counts.</summary>
    public static void WriteSteps(HtmlWriter html, ModelReport report)
    {
        html.Element("h2", "Steps");
        html.Element("p", "What runs, in this order. Multiplications and additions are counted under the lowering with the fewest multiplications, whatever the kernel does. Times are estimates for " + report.CostsOf + ".", ("class", "soft"));
        using HtmlWriter.Scope wide = html.Open("div", ("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Steps of the model"));
        using HtmlWriter.Scope table = html.Open("table", ("class", "steps"));
        Head(html, ["step", "computes", "output", "kernel", "counted as", "about µs", "multiplications", "additions", "bytes emitted"], textColumns: 5);
        using HtmlWriter.Scope body = html.Open("tbody");
        foreach (LayerReport layer in report.Layers)
        {
            using HtmlWriter.Scope row = html.Open("tr");
            html.Element("th", layer.Name, ("scope", "row"));
            html.Element("td", Name(layer.Summary));
            html.Element("td", string.Join(", ", layer.OutputShapes));
            html.Element("td", layer.Kernel);
            html.Element("td", layer.Lowering.Length == 0 ? None : layer.Lowering);
            html.Element("td", Estimate(layer), ("class", "n"));
            foreach (long figure in new[] { layer.After.Multiplications, layer.After.Additions, layer.EmittedBytes }) html.Element("td", Number(figure), ("class", "n"));
        }
    }

    /// <summary>The certified bound and each layer's part in it.</summary>
    public static void WriteCertificate(HtmlWriter html, ModelReport report)
    {
        html.Element("h2", "Certificate");
        if (report.Certificate is not { } certificate)
        {
            html.Element("p", "No bound of the error over a box of inputs was computed.", ("class", "soft"));
            return;
        }

        html.Element("p", "Largest |reduced − original| of any output element: " + CertifiedError(report) + ".");
        if (certificate.Layers.IsEmpty) return;
        using HtmlWriter.Scope table = html.Open("table");
        html.Element("caption", "The largest error of an element of a layer's output: what its own weights add, and what has gathered there.");
        Head(html, ["node", "added", "reached"], textColumns: 1);
        using HtmlWriter.Scope body = html.Open("tbody");
        foreach (LayerError layer in certificate.Layers)
        {
            using HtmlWriter.Scope row = html.Open("tr");
            using (html.Open("th", ("scope", "row"))) html.Element("code", Name(layer.Node));
            html.Element("td", Quantity(layer.Added), ("class", "n"));
            html.Element("td", Quantity(layer.Reached), ("class", "n"));
        }
    }

    /// <summary>The bound of the reduction's error, and the run of both codes behind it, where it was searched for.</summary>
    public static void WriteReductionError(HtmlWriter html, ModelReport report)
    {
        if (report.Reduction is not { } reduction) return;
        html.Element("h2", "Error of the reduction");
        html.Element("p", ReductionError(reduction));
        if (reduction.Input.IsEmpty) return;
        using HtmlWriter.Scope table = html.Open("table");
        using HtmlWriter.Scope body = html.Open("tbody");
        foreach ((string name, string values) in RowsOf(reduction))
        {
            using HtmlWriter.Scope row = html.Open("tr");
            html.Element("th", name, ("scope", "row"));
            html.Element("td", values);
        }
    }

    /// <summary>The certified radii of samples, where somebody asked for them.</summary>
    public static void WriteRadii(HtmlWriter html, ModelReport report)
    {
        if (report.Radii.IsEmpty) return;
        html.Element("h2", "Certified radius");
        html.Element("p", Radii(report));
        using HtmlWriter.Scope table = html.Open("table");
        Head(html, ["sample", "class", "before", "after"], textColumns: 0);
        using HtmlWriter.Scope body = html.Open("tbody");
        foreach (SampleRadius radius in report.Radii)
        {
            using HtmlWriter.Scope row = html.Open("tr");
            foreach (string figure in new[] { Number(radius.Sample), Number(radius.Label), Quantity(radius.Before), Quantity(radius.After) }) html.Element("td", figure, ("class", "n"));
        }
    }
}
